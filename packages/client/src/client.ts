import type { DescService } from "@bufbuild/protobuf";
import type { ClientCounters, ClientLevels, ServiceOptions } from "@thrice/core";
import type { StubHost } from "@thrice/core/codegen-v1";
import { Caller } from "./call/caller.js";
import type { CloseOptions } from "./call/drain.js";
import type { GenericClient, GenericOptions } from "./generic/generic-client.js";
import { openGeneric } from "./generic/open-generic.js";
import {
  type ClientOptions,
  type ResolvedClientOptions,
  resolveClientOptions,
} from "./options/client-options.js";
import { createStub } from "./stub.js";

/** Makes calls through the cluster layer. Generated functions such as `newGreetService` make stubs from it. */
export interface Client extends StubHost {
  /**
   * Puts another gRPC service config in force, as an object or as JSON text, or none. Calls that run go on as they began. A
   * wrong one throws, and the one before stays.
   *
   * @throws TypeError or RangeError naming path, bound and value.
   */
  setServiceConfig(config: string | object | undefined): void;
  /**
   * Takes no new calls, lets running ones finish for `graceMs` milliseconds, at once by default, then fails what still runs
   * with `unavailable` and closes the connections. An idle client does not keep the process alive.
   *
   * @throws TypeError or RangeError naming field, bound and value of a wrong option.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * Makes a client that calls methods by name, with JSON in and out, by a descriptor set or by what the servers tell of
   * themselves. It shares connections, budget and all else with this one.
   *
   * @throws TypeError or RangeError, as a rejection, naming field, bound and value of a wrong option.
   */
  generic(options: GenericOptions): Promise<GenericClient>;
  /** How often each has happened so far: calls, attempts by kind, refusals, ejections. A copy, which does not change. */
  counters(): ClientCounters;
  /** How things stand now: what the retry budget holds, endpoints, connections. A copy, which does not change. */
  levels(): ClientLevels;
}

/**
 * Makes a client. It connects when a call needs a connection.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option.
 */
export function newClient(options: ClientOptions): Client {
  return new ThriceClient(resolveClientOptions(options));
}

class ThriceClient implements Client {
  readonly #options: ResolvedClientOptions;
  readonly #caller: Caller;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#caller = new Caller(options);
  }

  createStub(service: DescService, options?: ServiceOptions): object {
    return createStub(this.#caller, service, this.#options.settings, options);
  }

  generic(options: GenericOptions): Promise<GenericClient> {
    return openGeneric(this.#caller, this.#options.settings, options);
  }

  setServiceConfig(config: string | object | undefined): void {
    this.#caller.setServiceConfig(config);
  }

  counters(): ClientCounters {
    return this.#caller.counters();
  }

  levels(): ClientLevels {
    return this.#caller.levels();
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#caller.close(options);
  }
}

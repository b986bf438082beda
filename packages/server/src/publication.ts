/** The entries of a server in its registries, from the time it listens until it stops. */
import type { Clock, ProviderLease, TcpAddress } from "@thrice/core";
import type { ServedService } from "@thrice/protocol";
import { publishedPlace, type ResolvedPublish } from "./publish-options.js";

/** Longest time that a server waits for its registries when it starts, in milliseconds. They go on trying after it. */
const startMs = 3_000;
/** The same when it stops. What could not be withdrawn ends with its lease. */
const stopMs = 1_000;

/** Where a server listens. */
export interface ListeningPlace {
  readonly host: string | undefined;
  readonly port: number;
}

export class Publication {
  readonly #leases: readonly ProviderLease[];
  readonly #clock: Clock;

  /** Registers each service in each registry. */
  constructor(
    publish: ResolvedPublish,
    services: readonly ServedService[],
    listen: ListeningPlace,
    clock: Clock,
    unixMs: () => number = Date.now,
  ) {
    const place = publishedPlace(publish, listen, process.env);
    const timestamp = String(unixMs());
    const params = { timestamp, ...publish.params };
    const address: TcpAddress = { ...place, params };
    this.#clock = clock;
    this.#leases = publish.registries.flatMap((registry) =>
      services.map(({ service, group = "", version = "" }) =>
        registry.register({
          service: service.typeName,
          group,
          version,
          address,
          methods: service.methods.map(({ name }) => name),
        }),
      ),
    );
  }

  /** Resolves when consumers can find the server, or its registries take too long. Never rejects. */
  published(): Promise<void> {
    return this.#within(
      startMs,
      this.#leases.map(({ published }) => published),
    );
  }

  /** Resolves when no consumer is sent here any more, or the registries take too long. Never rejects. */
  withdraw(): Promise<void> {
    return this.#within(
      stopMs,
      this.#leases.map((lease) => lease.withdraw()),
    );
  }

  #within(boundMs: number, all: readonly Promise<void>[]): Promise<void> {
    if (all.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const undo = this.#clock.setTimer(boundMs, resolve);
      void Promise.allSettled(all).then(() => {
        undo();
        resolve();
      });
    });
  }
}

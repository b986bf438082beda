/**
 * Where the calls of a client may go, by service: with a URL the same endpoints for all of them, with registries those of
 * each service, group and version, watched from its first call on.
 */
import type { DescMethod } from "@bufbuild/protobuf";
import {
  type ClientEndpoints,
  deadlineError,
  type HealthCounters,
  keepEndpoints,
} from "@thrice/cluster";
import { type Clock, type Directory, formatServiceKey, type ServiceName } from "@thrice/core";
import type { EndpointUse } from "../channels.js";
import type { ResolvedClientOptions } from "../options/client-options.js";
import type { CallSettings } from "../options/method-options.js";
import { RegistryDirectory } from "./registry-directory.js";
import { RegistryRules } from "./registry-rules.js";

/** The endpoints of one service. */
export interface EndpointsOfService {
  readonly directory: Directory;
  readonly endpoints: ClientEndpoints;
  /** Absent with a URL, which is known from the start. */
  readonly registries?: RegistryDirectory;
  /** Absent where no registry has rules. */
  readonly rules?: RegistryRules | undefined;
  /** When it was first asked for, on the client's clock. */
  readonly sinceMs: number;
}

/** What bounds a wait from outside. */
export interface WaitBounds {
  /** In milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export class ServiceEndpoints implements EndpointUse {
  readonly #options: ResolvedClientOptions;
  readonly #make: (directory: Directory, rules?: RegistryRules) => ClientEndpoints;
  readonly #byKey = new Map<string, EndpointsOfService>();
  readonly #only: EndpointsOfService | undefined;
  /** Whether services are looked for in registries. */
  readonly areLookedFor: boolean;
  #isClosed = false;

  constructor(
    options: ResolvedClientOptions,
    make: (directory: Directory, rules?: RegistryRules) => ClientEndpoints,
  ) {
    this.#options = options;
    this.#make = make;
    const { directory, clock, emptyProtection, events } = options;
    this.areLookedFor = directory === undefined;
    if (directory !== undefined) {
      const kept = emptyProtection ? keepEndpoints(directory, events) : directory;
      this.#only = { directory: kept, endpoints: make(kept), sinceMs: clock.nowMs() };
    }
  }

  /** Those of the service that `method` belongs to, with the group and version of `settings`, unless these name another. */
  of(method: DescMethod, settings: CallSettings): EndpointsOfService {
    if (this.#only !== undefined) return this.#only;
    const { typeName } = method.parent;
    const { group = "", version = "", providersOf } = settings;
    if (providersOf === undefined) return this.#ofService(typeName, group, version);
    return this.#ofService(providersOf.service, providersOf.group, providersOf.version);
  }

  #ofService(service: string, group: string, version: string): EndpointsOfService {
    const key = formatServiceKey(service, group, version);
    let found = this.#byKey.get(key);
    if (found === undefined) {
      const { emptyProtection, events, clock } = this.#options;
      const registries = new RegistryDirectory(
        { service, group, version },
        this.#options.registries,
      );
      const directory = emptyProtection ? keepEndpoints(registries, events) : registries;
      const rules = this.#rulesOf({ service, group, version }, directory);
      const endpoints = this.#make(directory, rules);
      found = { directory, registries, rules, endpoints, sinceMs: clock.nowMs() };
      this.#byKey.set(key, found);
      if (this.#isClosed) closeWatches(found);
    }
    return found;
  }

  #rulesOf(service: ServiceName, directory: Directory): RegistryRules | undefined {
    const { registries, routers, consumer, logger } = this.#options;
    if (!registries.some(({ rules }) => rules !== undefined)) return undefined;
    return new RegistryRules({ service, directory, registries, routers, consumer, logger });
  }

  get changes(): number {
    if (this.#only !== undefined) return this.#only.endpoints.changes;
    let changes = 0;
    for (const { endpoints } of this.#byKey.values()) changes += endpoints.changes;
    return changes;
  }

  isInUse(id: string): boolean {
    if (this.#only !== undefined) return this.#only.endpoints.isInUse(id);
    for (const { endpoints } of this.#byKey.values()) if (endpoints.isInUse(id)) return true;
    return false;
  }

  get #all(): Iterable<EndpointsOfService> {
    return this.#only === undefined ? this.#byKey.values() : [this.#only];
  }

  /** How many are known of all services, and how many of them health keeps out. */
  get levels(): { readonly endpoints: number; readonly ejectedEndpoints: number } {
    const sum = { endpoints: 0, ejectedEndpoints: 0 };
    for (const { endpoints } of this.#all) {
      const { levels } = endpoints;
      sum.endpoints += levels.endpoints;
      sum.ejectedEndpoints += levels.ejectedEndpoints;
    }
    return sum;
  }

  /** What has happened to the health of the endpoints of all services. */
  get healthCounters(): HealthCounters {
    const sum = { ejections: 0, returns: 0, probes: 0, failedProbes: 0 };
    for (const { endpoints } of this.#all) {
      const { healthCounters: counters } = endpoints;
      sum.ejections += counters?.ejections ?? 0;
      sum.returns += counters?.returns ?? 0;
      sum.probes += counters?.probes ?? 0;
      sum.failedProbes += counters?.failedProbes ?? 0;
    }
    return sum;
  }

  /**
   * Waits until a registry has been heard, and its rules, if they were not yet: undefined if there is nothing to wait for. Resolves with what is
   * left of the call's time, in milliseconds.
   *
   * @throws ConnectError, as a rejection, if nothing is left of it.
   */
  whenKnown(
    found: EndpointsOfService,
    { timeoutMs, signal }: WaitBounds,
  ): Promise<number> | undefined {
    const { registries, sinceMs } = found;
    if (registries === undefined || isReady(found) || this.#isClosed) return undefined;
    const { clock, discoveryTimeoutMs } = this.#options;
    const startedMs = clock.nowMs();
    const waitMs = Math.min(timeoutMs, sinceMs + discoveryTimeoutMs - startedMs);
    if (waitMs <= 0 || signal?.aborted) return undefined;
    return waitFor(found, waitMs, clock, signal).then(() => {
      const leftMs = timeoutMs + startedMs - clock.nowMs();
      if (leftMs <= 0) throw deadlineError(timeoutMs);
      return leftMs;
    });
  }

  /** Ends every watch, and starts nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#only?.endpoints.close();
    for (const found of this.#byKey.values()) {
      found.endpoints.close();
      closeWatches(found);
    }
  }
}

function closeWatches({ registries, rules }: EndpointsOfService): void {
  registries?.close();
  rules?.close();
}

/** Whether endpoints are known, or that there is none, and the rules about them. */
function isReady({ registries, rules }: EndpointsOfService): boolean {
  return registries === undefined || (registries.isKnown && (rules?.isKnown(registries) ?? true));
}

function waitFor(
  found: EndpointsOfService,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { registries, rules } = found;
  return new Promise((resolve) => {
    const end = () => {
      undoTimer();
      undoRegistries?.();
      undoRules?.();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const look = () => {
      if (registries?.isClosed || isReady(found)) end();
    };
    const undoTimer = clock.setTimer(waitMs, end);
    const undoRegistries = registries?.onUpdate(look);
    const undoRules = rules?.onHeard(look);
    signal?.addEventListener("abort", end);
  });
}

import {
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  checkNumber,
  checkOneOf,
  checkWholeNumber,
} from "@thrice/core";
import { constant, type Distribution } from "./distribution.js";
import type { SimulatedClient } from "./simulated-client.js";

/** What a server does with work whose caller has given it up. */
export type CancelRule = "stops-work" | "leaves-queue" | "is-ignored";

/** What a simulated server is like. */
export interface ServerOptions {
  /** How long a request takes to serve: a distribution, or milliseconds. @defaultValue 1 */
  readonly latency?: Distribution | number | undefined;
  /** Requests that are served at once; the others wait in a queue. @defaultValue no bound */
  readonly workers?: number | undefined;
  /** Requests that may wait; one more is turned down as `resource_exhausted`. @defaultValue no bound */
  readonly maxQueued?: number | undefined;
  /** Whether a request whose deadline has passed is dropped instead of served, as `@thrice/server` does. @defaultValue true */
  readonly dropsExpired?: boolean | undefined;
  /**
   * What a cancel does: it stops the work, it only takes a waiting request out of the queue, or nothing, so that the work is
   * done for nobody. @defaultValue "leaves-queue"
   */
  readonly cancel?: CancelRule | undefined;
  /** Client through which each request calls on, once its own time is over; it is answered when that call has ended. */
  readonly calls?: SimulatedClient | undefined;
  /**
   * Whether a failure asks the caller not to try again when the server's own call has spent its retries, as `@thrice/server` does.
   * @defaultValue true
   */
  readonly stopRetryChains?: boolean | undefined;
  /** Share of traffic relative to other servers. @defaultValue 100 */
  readonly weight?: number | undefined;
  /** Where it runs. @defaultValue "" */
  readonly zone?: string | undefined;
}

/** The options with every default filled in. */
export interface ServerSettings {
  readonly latency: Distribution;
  readonly workers: number;
  readonly maxQueued: number;
  readonly dropsExpired: boolean;
  readonly cancel: CancelRule;
  readonly calls: SimulatedClient | undefined;
  readonly stopRetryChains: boolean;
  readonly weight: number;
  readonly zone: string;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveServer(options: ServerOptions): ServerSettings {
  checkKnownOptions("options of a simulated server", options, known);
  const { latency = 1, workers, maxQueued, dropsExpired = true } = options;
  const {
    cancel = "leaves-queue",
    calls,
    stopRetryChains = true,
    weight = 100,
    zone = "",
  } = options;
  return {
    latency: resolveLatency(latency),
    workers: wholeOrInfinite("workers", workers, 1),
    maxQueued: wholeOrInfinite("maxQueued", maxQueued, 0),
    dropsExpired: checkBoolean("dropsExpired", dropsExpired),
    cancel: checkOneOf("cancel", cancel, ["stops-work", "leaves-queue", "is-ignored"]),
    calls,
    stopRetryChains: checkBoolean("stopRetryChains", stopRetryChains),
    weight: checkNumber("weight", weight, 0, 1_000_000),
    zone,
  };
}

function resolveLatency(latency: Distribution | number): Distribution {
  return typeof latency === "number" ? constant(latency) : checkFunction("latency", latency);
}

function wholeOrInfinite(field: string, value: number | undefined, min: number): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return checkWholeNumber(field, value, min, 1_000_000);
}

const known: ReadonlySet<string> = new Set([
  "latency",
  "workers",
  "maxQueued",
  "dropsExpired",
  "cancel",
  "calls",
  "stopRetryChains",
  "weight",
  "zone",
]);

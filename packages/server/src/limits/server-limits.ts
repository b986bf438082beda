/** Options of load limits, checked. */
import type { DescService } from "@bufbuild/protobuf";
import {
  type ConcurrencyLimit,
  checkFunction,
  checkKnownOptions,
  checkNumber,
  checkShape,
  checkWholeNumber,
  type LoadLimitOptions,
  maxTimerMs,
  show,
} from "@thrice/core";
import { type CriticalityOf, criticalityFromHeader } from "./criticality.js";

/** Options of a server about calls that find no place, and about connections. */
export interface ServerLoadOptions {
  /** Calls that wait for a place when as many run as may, 0 to 1 000 000; 0 turns them away at once. @defaultValue 0 */
  readonly maxQueuedCalls?: number | undefined;
  /** Longest that a call waits for a place, in milliseconds, 1 to 60 000. @defaultValue 100 */
  readonly maxQueueMs?: number | undefined;
  /** Tells how much a call matters, so that some wait less than others. @defaultValue the header `thrice-criticality` */
  readonly criticality?: CriticalityOf | undefined;
  /**
   * How long callers are asked to stay away that were turned away for want of a place, in milliseconds, 0 to 60 000; each
   * is told half as much to half more. @defaultValue 100
   */
  readonly pushbackMs?: number | undefined;
  /** Connections at once; further ones are closed. 1 to 1 000 000. @defaultValue no limit */
  readonly maxConnections?: number | undefined;
  /**
   * Age at which a connection is closed without losing a call, in milliseconds, 0 or 1 000 to 2 147 483 647; each has up to a tenth
   * more or less. 0 never. @defaultValue 0
   */
  readonly maxConnectionAgeMs?: number | undefined;
  /** How long the calls of a connection that is too old may go on, in milliseconds. @defaultValue as long as they take */
  readonly connectionAgeGraceMs?: number | undefined;
  /**
   * Least time between PING frames of a caller that is sent nothing meanwhile, in milliseconds, 0 to 2 147 483 647; who does
   * not keep to it is cut off. 0 leaves it at a hundred a second. @defaultValue 0
   */
  readonly minPingIntervalMs?: number | undefined;
}

/** The same with every default filled in. */
export interface ResolvedLoadOptions {
  readonly maxQueuedCalls: number;
  readonly maxQueueMs: number;
  readonly criticality: CriticalityOf;
  readonly pushbackMs: number;
  /** Undefined for no limit. */
  readonly maxConnections: number | undefined;
  /** 0 for no limit. */
  readonly maxConnectionAgeMs: number;
  /** Undefined for no limit. */
  readonly connectionAgeGraceMs: number | undefined;
  /** 0 for no limit of its own. */
  readonly minPingIntervalMs: number;
}

/** Names of the options of a server about load. */
export const knownLoadOptions = [
  "maxQueuedCalls",
  "maxQueueMs",
  "criticality",
  "pushbackMs",
  "maxConnections",
  "maxConnectionAgeMs",
  "connectionAgeGraceMs",
  "minPingIntervalMs",
] as const satisfies (keyof ServerLoadOptions)[];

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveServerLoad(options: ServerLoadOptions): ResolvedLoadOptions {
  const { maxQueuedCalls = 0, maxQueueMs = 100, criticality = criticalityFromHeader } = options;
  const { pushbackMs = 100, maxConnections, maxConnectionAgeMs = 0 } = options;
  const { connectionAgeGraceMs, minPingIntervalMs = 0 } = options;
  if (maxConnectionAgeMs !== 0) {
    checkNumber("maxConnectionAgeMs", maxConnectionAgeMs, 1_000, Math.floor(maxTimerMs / 1.1));
  }
  return {
    maxQueuedCalls: checkWholeNumber("maxQueuedCalls", maxQueuedCalls, 0, 1_000_000),
    maxQueueMs: checkNumber("maxQueueMs", maxQueueMs, 1, 60_000),
    criticality: checkFunction("criticality", criticality),
    pushbackMs: checkNumber("pushbackMs", pushbackMs, 0, 60_000),
    maxConnections:
      maxConnections === undefined
        ? undefined
        : checkWholeNumber("maxConnections", maxConnections, 1, 1_000_000),
    maxConnectionAgeMs,
    connectionAgeGraceMs:
      connectionAgeGraceMs === undefined
        ? undefined
        : checkNumber("connectionAgeGraceMs", connectionAgeGraceMs, 0, maxTimerMs),
    minPingIntervalMs: checkWholeNumber("minPingIntervalMs", minPingIntervalMs, 0, maxTimerMs),
  };
}

/** Checks the limits of one level; `prefix` stands before the names of fields. @throws TypeError or RangeError */
export function checkLoadLimits(
  { maxConcurrency, rateLimit }: LoadLimitOptions,
  prefix = "",
): LoadLimitOptions {
  if (rateLimit !== undefined) {
    checkShape(`${prefix}rateLimit`, rateLimit, "a rate limit such as tokenBucket()", ["start"]);
  }
  return { maxConcurrency: checkConcurrency(`${prefix}maxConcurrency`, maxConcurrency), rateLimit };
}

function checkConcurrency(field: string, value: LoadLimitOptions["maxConcurrency"]) {
  if (value === undefined) return undefined;
  if (typeof value === "number") return checkWholeNumber(field, value, 1, 1_000_000);
  const what = "a whole number from 1 to 1000000 or a limit such as gradientLimit()";
  return checkShape<ConcurrencyLimit>(field, value, what, ["start"]);
}

/** Checks the limits of the methods of a service. @throws TypeError or RangeError */
export function checkMethodLimits(
  service: DescService,
  value: Readonly<Record<string, LoadLimitOptions>>,
): ReadonlyMap<string, LoadLimitOptions> {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`methodLimits must be an object, got ${show(value)}`);
  }
  checkKnownOptions("methodLimits", value, new Set(service.methods.map((one) => one.localName)));
  const checked = new Map<string, LoadLimitOptions>();
  for (const [name, limits] of Object.entries(value)) {
    checkKnownOptions(`methodLimits.${name}`, limits, levelOptions);
    checked.set(name, checkLoadLimits(limits, `methodLimits.${name}.`));
  }
  return checked;
}

const levelOptions: ReadonlySet<string> = new Set(["maxConcurrency", "rateLimit"]);

import { checkKnownOptions, checkNumber, checkWholeNumber, maxTimerMs } from "@thrice/core";

/** When an endpoint is taken out of a client's choice, and how it comes back. */
export interface HealthOptions {
  /** Failures in a row that eject an endpoint. @defaultValue 5 */
  readonly consecutiveFailures?: number | undefined;
  /** An endpoint is ejected when a smaller share of its last attempts went well, 0 to 1; 0 turns the rule off. @defaultValue 0.5 */
  readonly minSuccessRatio?: number | undefined;
  /** Attempts that `minSuccessRatio` and `slowRatio` look at; with fewer known they say nothing. @defaultValue 20 */
  readonly windowAttempts?: number | undefined;
  /** How long the first ejection lasts at most, in milliseconds; each further one lasts twice as long. @defaultValue 500 */
  readonly ejectionMs?: number | undefined;
  /** How long any of them lasts at most, in milliseconds. @defaultValue 30_000 */
  readonly maxEjectionMs?: number | undefined;
  /** Share of the endpoints that may be ejected at once, 0 to 1; but one may always, of two or more. @defaultValue 0.5 */
  readonly maxEjectedRatio?: number | undefined;
  /** When a larger share of the endpoints that a call may choose from is ejected, 0 to 1, all are used. @defaultValue 0.5 */
  readonly panicRatio?: number | undefined;
  /** An answer is slow from so many times the median of the endpoints' latencies on; 0 turns the rule off. @defaultValue 3 */
  readonly slowRatio?: number | undefined;
  /** No answer counts as slow that took less, in milliseconds: such differences are the load balancer's. @defaultValue 100 */
  readonly slowFloorMs?: number | undefined;
  /** Time between the calls that a slow endpoint gets, in milliseconds, at most. @defaultValue 1_000 */
  readonly probationMs?: number | undefined;
  /** Time between two probes of an endpoint that failed, in milliseconds; 0 for no probes. @defaultValue 250 */
  readonly probeIntervalMs?: number | undefined;
}

/** The options with every default filled in. */
export type HealthSettings = { readonly [Name in keyof HealthOptions]-?: number };

/**
 * Fills in and checks the options; `false` stands for none of it.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function resolveHealth(options: HealthOptions | false = {}): HealthSettings | undefined {
  if (options === false) return undefined;
  checkKnownOptions("health", options, known);
  // null is a wrong value, not an unset one.
  const setting = (name: keyof HealthOptions) =>
    options[name] === undefined ? defaultHealth[name] : options[name];
  const number = (name: keyof HealthOptions, min: number, max: number) =>
    checkNumber(`health.${name}`, setting(name), min, max);
  const whole = (name: keyof HealthOptions, min: number, max: number) =>
    checkWholeNumber(`health.${name}`, setting(name), min, max);
  const ejectionMs = number("ejectionMs", 1, maxTimerMs);
  const longestMs = Math.max(defaultHealth.maxEjectionMs, ejectionMs);
  const { maxEjectionMs = longestMs } = options;
  return {
    consecutiveFailures: whole("consecutiveFailures", 1, 1_000),
    minSuccessRatio: number("minSuccessRatio", 0, 1),
    windowAttempts: whole("windowAttempts", 2, 30),
    ejectionMs,
    maxEjectionMs: checkNumber("health.maxEjectionMs", maxEjectionMs, ejectionMs, maxTimerMs),
    maxEjectedRatio: number("maxEjectedRatio", 0, 1),
    panicRatio: number("panicRatio", 0, 1),
    slowRatio: options.slowRatio === 0 ? 0 : number("slowRatio", 1, 1_000_000),
    slowFloorMs: number("slowFloorMs", 0, maxTimerMs),
    probationMs: number("probationMs", 1, maxTimerMs),
    probeIntervalMs: options.probeIntervalMs === 0 ? 0 : number("probeIntervalMs", 1, maxTimerMs),
  };
}

/** @see Finagle's FailureAccrual and brpc's isolation for the ejections, Envoy for the panic threshold */
export const defaultHealth: HealthSettings = Object.freeze({
  consecutiveFailures: 5,
  minSuccessRatio: 0.5,
  windowAttempts: 20,
  ejectionMs: 500,
  maxEjectionMs: 30_000,
  maxEjectedRatio: 0.5,
  panicRatio: 0.5,
  slowRatio: 3,
  slowFloorMs: 100,
  probationMs: 1_000,
  probeIntervalMs: 250,
});

const known: ReadonlySet<string> = new Set(Object.keys(defaultHealth));

import { Code } from "@connectrpc/connect";
import {
  checkBoolean,
  checkKnownOptions,
  checkNumber,
  checkOneOf,
  type Pushback,
} from "@thrice/core";

/** How a server fails requests instead of serving them. */
export interface FailOptions {
  /** @defaultValue Code.Unavailable */
  readonly code?: Code | undefined;
  /** Share of the requests that fail, above 0 up to 1. @defaultValue 1 */
  readonly ratio?: number | undefined;
  /** How long a failure takes, in milliseconds. @defaultValue 0.2 */
  readonly afterMs?: number | undefined;
  /** What the server says about trying again. @defaultValue nothing */
  readonly pushback?: Pushback | undefined;
  /** Whether its health service, which probes ask, tells of it. @defaultValue false: only calls find out */
  readonly isSeenByProbes?: boolean | undefined;
}

/** How a server is slow. */
export interface SlowOptions {
  /** Multiple of the usual time. @defaultValue 1 */
  readonly factor?: number | undefined;
  /** Time that is added, in milliseconds. @defaultValue 0 */
  readonly extraMs?: number | undefined;
}

/** How a server comes back. */
export interface RestartOptions {
  /** Time over which it comes to its usual speed, evenly, in milliseconds. @defaultValue 0, at once */
  readonly warmUpMs?: number | undefined;
  /** Multiple of the usual time that it takes at first. @defaultValue 10 */
  readonly coldFactor?: number | undefined;
}

/** Options with every default filled in. */
export type Resolved<Options> = {
  readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined>;
};
export type Fault = Omit<Resolved<FailOptions>, "pushback"> & Pick<FailOptions, "pushback">;

/** How long a server takes to fail a request that it does not serve, in milliseconds. */
export const quickMs = 0.2;

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveFault(options: FailOptions): Fault {
  checkKnownOptions("options of fail", options, failNames);
  const { code = Code.Unavailable, ratio = 1, afterMs = quickMs, isSeenByProbes = false } = options;
  return {
    code: checkOneOf("code", code, codes),
    ratio: checkNumber("ratio", ratio, Number.MIN_VALUE, 1),
    afterMs: checkNumber("afterMs", afterMs, 0, 86_400_000),
    isSeenByProbes: checkBoolean("isSeenByProbes", isSeenByProbes),
    ...(options.pushback !== undefined && { pushback: options.pushback }),
  };
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveSlow(options: SlowOptions): Resolved<SlowOptions> {
  checkKnownOptions("options of slow", options, slowNames);
  const { factor = 1, extraMs = 0 } = options;
  return {
    factor: checkNumber("factor", factor, 0, 1_000_000),
    extraMs: checkNumber("extraMs", extraMs, 0, 86_400_000),
  };
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveRestart(options: RestartOptions): Resolved<RestartOptions> {
  checkKnownOptions("options of restart", options, restartNames);
  const { warmUpMs = 0, coldFactor = 10 } = options;
  return {
    warmUpMs: checkNumber("warmUpMs", warmUpMs, 0, 86_400_000),
    coldFactor: checkNumber("coldFactor", coldFactor, 1, 1_000_000),
  };
}

const codes = Object.values(Code).filter((code): code is Code => typeof code === "number");
const failNames = new Set(["code", "ratio", "afterMs", "pushback", "isSeenByProbes"]);
const slowNames = new Set(["factor", "extraMs"]);
const restartNames = new Set(["warmUpMs", "coldFactor"]);

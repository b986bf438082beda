import {
  type ClusterCall,
  checkFunction,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  checkWholeNumber,
  consoleLogger,
  type Logger,
  logQuietly,
  maxTimerMs,
} from "@thrice/core";
import type { FailbackEvent, FailbackStep } from "./failback-event.js";

export interface FailbackOptions {
  /** Tries in the background, per call, 1 to 1 000. @defaultValue 3 */
  readonly retries?: number;
  /** Calls that may wait at the same time, 0 to 1 000 000; more are given up. @defaultValue 100 */
  readonly maxQueued?: number;
  /** Bound of the pause before the first try, in milliseconds; it doubles with each. @defaultValue 1_000 */
  readonly baseMs?: number;
  /** Bound that no pause passes, in milliseconds. @defaultValue 60_000 */
  readonly maxMs?: number;
  /** Takes a line when a call is taken on, recovers, or is given up. @defaultValue `consoleLogger()` */
  readonly logger?: Logger;
  /** Told of every step; what it throws is dropped. */
  readonly onEvent?: (event: FailbackEvent) => void;
}

/** The options with every default filled in. */
export interface FailbackSettings extends Required<Omit<FailbackOptions, "logger" | "onEvent">> {
  /** Tells log and user. Does not throw. */
  tell(call: Pick<ClusterCall, "method" | "message">, step: FailbackStep): void;
}

/** @throws TypeError or RangeError naming the option, its bound and its value. */
export function resolveFailback(options: FailbackOptions): FailbackSettings {
  checkKnownOptions("options of failback", options, known);
  const { retries = 3, maxQueued = 100, baseMs = 1_000, maxMs = 60_000 } = options;
  const logger = checkLogger("logger", options.logger ?? consoleLogger());
  const onEvent = checkFunction("onEvent", options.onEvent ?? (() => {}));
  checkNumber("maxMs", maxMs, 1, maxTimerMs);
  return {
    retries: checkWholeNumber("retries", retries, 1, 1_000),
    maxQueued: checkWholeNumber("maxQueued", maxQueued, 0, 1_000_000),
    baseMs: checkNumber("baseMs", baseMs, 1, maxMs),
    maxMs,
    tell({ method, message }, step) {
      logQuietly(() => log(logger, `${method.parent.typeName}/${method.name}`, step));
      logQuietly(() => onEvent({ ...step, method, message }));
    },
  };
}

const known = new Set(["retries", "maxQueued", "baseMs", "maxMs", "logger", "onEvent"]);

function log(logger: Logger, call: string, step: FailbackStep): void {
  if (step.kind === "queued") {
    logger.warnf("%s failed and is repeated later: %s", call, step.failure.error.message);
  } else if (step.kind === "recovered") {
    logger.infof("%s succeeded in the background, retry %d", call, step.retry);
  } else if (step.kind === "dropped") {
    const { reason, failure } = step;
    logger.errorf("%s is given up, %s: %s", call, reason, failure.error.message);
  }
}

import { checkOneOf } from "../check.js";

const severities = { debug: 10, info: 20, warn: 30, error: 40, off: 50 } as const;

/** How much is logged: records of this level and the graver ones; `off` logs nothing. */
export type LogLevel = keyof typeof severities;

/** Level of one record, from the least to the most grave. */
export type RecordLevel = Exclude<LogLevel, "off">;

/** Anything that owns a level which can be read and switched, such as a logger. */
export interface LevelHolder {
  /** Records below this level are dropped; a new value counts from the next record on. */
  level: LogLevel;
}

/**
 * Takes the log lines of the framework and of the programs built on it.
 *
 * The methods need no `this`: they may be taken off the logger and passed on. The loggers of this package never throw
 * from a log method, whatever the values are. Those ending in `f` replace the verbs `%s %d %i %f %j %o %O %v` in
 * `format` by the values, in order, and `%%` by a percent sign.
 *
 * Shape: each value stands in brackets. `info("a", 1)` says `[a 1]`; `infof("retry %d times", 1)` says `retry [1] times`.
 */
export interface Logger extends LevelHolder {
  /** Logs what only someone who hunts a fault wants to know. */
  debug(...values: unknown[]): void;
  /** Logs what happens in normal service. */
  info(...values: unknown[]): void;
  /** Logs what was mended this time and should be looked at. */
  warn(...values: unknown[]): void;
  /** Logs what failed. */
  error(...values: unknown[]): void;
  /** Logs like `debug`, with the values set into a text. */
  debugf(format: string, ...values: unknown[]): void;
  /** Logs like `info`, with the values set into a text. */
  infof(format: string, ...values: unknown[]): void;
  /** Logs like `warn`, with the values set into a text. */
  warnf(format: string, ...values: unknown[]): void;
  /** Logs like `error`, with the values set into a text. */
  errorf(format: string, ...values: unknown[]): void;
}

/** Says whether a record of level `level` is wanted where the level is set to `threshold`. */
export function passesLevel(level: RecordLevel, threshold: LogLevel): boolean {
  return severities[level] >= severities[threshold];
}

/**
 * Hands back `value` if it is a level.
 *
 * @throws TypeError if it is not, naming it and the levels there are.
 */
export function checkLogLevel(value: unknown): LogLevel {
  return checkOneOf("level", value, Object.keys(severities) as LogLevel[]);
}

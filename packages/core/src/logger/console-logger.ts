import { checkFunction, checkKnownOptions, checkOneOf, checkShape } from "../check.js";
import { createLogger } from "./create-logger.js";
import { formatJsonLine, formatTextLine } from "./log-line.js";
import type { Logger, LogLevel } from "./logger.js";

/** Where lines go: a writable stream, or as much of one as is needed. */
export interface LogStream {
  /** Takes one or several whole lines. */
  write(text: string): unknown;
  /** Whether a person is looking at a terminal. */
  readonly isTTY?: boolean | undefined;
  /** Announces failures of the stream, which would end the process if nobody listened. */
  on?(event: "error", listener: () => void): unknown;
}

/** Settings of `consoleLogger`. */
export interface ConsoleLoggerOptions {
  /** Least grave level that is written; can be switched later through `logger.level`. @defaultValue "info" */
  level?: LogLevel | undefined;
  /** Lines for people, or one JSON object a line for programs. @defaultValue "text" */
  format?: "text" | "json" | undefined;
  /** Colours the level word of text lines; "auto" does so on a terminal unless `NO_COLOR` is set. @defaultValue "auto" */
  color?: "auto" | boolean | undefined;
  /** Takes the lines of all levels, so that they keep their order. @defaultValue process.stdout */
  stream?: LogStream | undefined;
  /** Tells the time of a line. @defaultValue the system's clock */
  now?: (() => Date) | undefined;
  /** Where `NO_COLOR` is looked up, once. @defaultValue process.env */
  env?: { readonly NO_COLOR?: string | undefined } | undefined;
}

/**
 * Logs to the terminal, the default of the framework.
 *
 * Shape: `2024-01-23 22:39:11<TAB>INFO<TAB>src/server.ts:42<TAB>retry [1] times`, in local time and with the line that
 * called the logger. Errors show their stack. Lines that a broken stream does not take are lost without a word, and
 * from the making of the logger on, errors of that stream no longer end the process.
 *
 * @throws TypeError if an option is unknown or wrong.
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  checkKnownOptions("options of consoleLogger", options, known);
  const { level, now, stream = process.stdout, env = process.env } = options;
  checkShape("stream", stream, "a stream", ["write"]);
  checkShape("env", env, "an object", []);
  if (now !== undefined) checkFunction("now", now);
  const format = checkOneOf("format", options.format ?? "text", ["text", "json"]);
  const color = checkOneOf("color", options.color ?? "auto", ["auto", true, false]);
  const coloured = color === "auto" ? stream.isTTY === true && !env.NO_COLOR : color;
  const text = format === "text";

  const logger = createLogger(
    (record) => stream.write(text ? formatTextLine(record, coloured) : formatJsonLine(record)),
    { level, now, callSites: true, stacks: text },
  );
  ignoreErrorsOf(stream);
  return logger;
}

const known: ReadonlySet<string> = new Set(["level", "format", "color", "stream", "now", "env"]);

/** Where a stream says that its errors are ignored: one listener is enough, also for several copies of this module. */
const ignored = Symbol.for("thrice.logger.errorsIgnored");

function ignoreErrorsOf(stream: LogStream & { [ignored]?: boolean }): void {
  if (stream[ignored] === true) return;
  if (Object.isExtensible(stream)) stream[ignored] = true;
  stream.on?.("error", ignoreError);
}

function ignoreError(): void {}

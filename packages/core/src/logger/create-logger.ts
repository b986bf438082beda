import { checkBoolean, checkFunction, checkKnownOptions } from "../check.js";
import { captureCallSite } from "./call-site.js";
import { formatTemplate, formatValues } from "./format-message.js";
import { guarded } from "./guarded.js";
import {
  checkLogLevel,
  type LevelHolder,
  type Logger,
  type LogLevel,
  passesLevel,
  type RecordLevel,
} from "./logger.js";
import type { ShowOptions } from "./show-value.js";

/** One thing that was logged. */
export interface LogRecord {
  /** When it was logged. */
  readonly time: Date;
  /** How grave it is. */
  readonly level: RecordLevel;
  /** The text, with the values in brackets; may hold line ends and control characters. */
  readonly message: string;
  /** Caller as `folder/file.ts:line`; undefined unless the sink asked for it. */
  readonly callSite: string | undefined;
  /** The values as they were handed in. */
  readonly values: readonly unknown[];
}

/** Takes the records which pass the level. What it throws is dropped, for a log must not break what it watches. */
export type LogSink = (record: LogRecord) => void;

/** Settings of `createLogger`. */
export interface CreateLoggerOptions extends ShowOptions {
  /** First level, or the owner of a level to follow and to switch. @defaultValue "info" */
  level?: LogLevel | LevelHolder | undefined;
  /** Whether records name their caller, which costs several microseconds each. @defaultValue false */
  callSites?: boolean | undefined;
  /** Tells the time of a record. @defaultValue the system's clock */
  now?: (() => Date) | undefined;
}

/**
 * Makes a logger out of one function.
 *
 * @throws TypeError if `sink` is no function, an option is unknown or wrong, or `level` is none, here and when it is set
 * later.
 * @example
 * const logger = createLogger(({ message }) => process.stderr.write(`${message}\n`), { level: "warn" });
 */
export function createLogger(sink: LogSink, options: CreateLoggerOptions = {}): Logger {
  checkFunction("sink", sink);
  checkKnownOptions("options of createLogger", options, known);
  const { callSites = false, now = () => new Date(), stacks = false } = options;
  checkBoolean("callSites", callSites);
  checkBoolean("stacks", stacks);
  checkFunction("now", now);
  const holder = resolveHolder(options.level ?? "info");

  const methods = (level: RecordLevel) => {
    const log = (method: LogMethod, values: readonly unknown[], message: () => string) => {
      if (!passesLevel(level, holder.level)) return;
      const callSite = callSites ? captureCallSite(method) : undefined;
      guarded(() => sink({ time: now(), level, message: message(), callSite, values }), undefined);
    };
    const plain = (...values: unknown[]): void =>
      log(plain, values, () => formatValues(values, { stacks }));
    const template = (format: string, ...values: unknown[]): void =>
      log(template, values, () => formatTemplate(format, values, { stacks }));
    return [plain, template] as const;
  };

  const [debug, debugf] = methods("debug");
  const [info, infof] = methods("info");
  const [warn, warnf] = methods("warn");
  const [error, errorf] = methods("error");
  return {
    ...{ debug, info, warn, error, debugf, infof, warnf, errorf },
    get level() {
      return holder.level;
    },
    set level(level) {
      holder.level = checkLogLevel(level);
    },
  };
}

const known: ReadonlySet<string> = new Set(["level", "callSites", "now", "stacks"]);

type LogMethod = (...values: never[]) => void;

function resolveHolder(level: LogLevel | LevelHolder): LevelHolder {
  return typeof level === "object" ? level : { level: checkLogLevel(level) };
}

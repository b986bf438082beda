import { createLogger } from "../logger/create-logger.js";
import type { Logger, LogLevel, RecordLevel } from "../logger/logger.js";

/** What a test may expect of a record. */
export interface MemoryLogRecord {
  /** How grave it is. */
  readonly level: RecordLevel;
  /** The text, with the values in brackets, and errors as name and message. */
  readonly message: string;
}

/** A logger that a test can question. */
export interface MemoryLogger extends Logger {
  /** What was logged so far, oldest first; grows with every record, and may be emptied by the test. */
  readonly records: MemoryLogRecord[];
}

/** Settings of `memoryLogger`. */
export interface MemoryLoggerOptions {
  /** Least grave level that is kept. @defaultValue "debug" */
  level?: LogLevel;
}

/**
 * Keeps what is logged instead of writing it.
 *
 * @example
 * const logger = memoryLogger();
 * logger.infof("retry %d times", 1);
 * expect(logger.records).toEqual([{ level: "info", message: "retry [1] times" }]);
 */
export function memoryLogger({ level = "debug" }: MemoryLoggerOptions = {}): MemoryLogger {
  const records: MemoryLogRecord[] = [];
  const logger = createLogger(({ level, message }) => records.push({ level, message }), { level });
  return Object.assign(logger, { records });
}

// Turns records into lines. Text from the network ends up in logs, so a line that begins with a date is always a true
// record, and nothing in a line can steer a terminal.

import type { LogRecord } from "./create-logger.js";
import { errorRecordFrom } from "./error-record.js";
import type { RecordLevel } from "./logger.js";
import { isError } from "./show-value.js";

/** Control characters, line ends, and the marks that reverse the direction of writing. */
const unsafePattern = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Colours of the level words, as Dubbo-go has them: magenta, blue, yellow, red. */
const colours: Record<RecordLevel, number> = { debug: 35, info: 34, warn: 33, error: 31 };

/**
 * Writes a record for people.
 *
 * Shape: `YYYY-MM-DD HH:mm:ss`, level, caller and message with a TAB between, in local time. Further lines of a message
 * begin with a TAB; other control characters are shown as escapes.
 */
export function formatTextLine(record: LogRecord, color: boolean): string {
  const { time, level, callSite, message } = record;
  const word = level.toUpperCase();
  const columns = [
    formatLocalTime(time),
    color ? `\x1b[${colours[level]}m${word}\x1b[0m` : word,
    callSite,
    message.replaceAll("\r\n", "\n").replace(unsafePattern, escapeInText),
  ];
  return `${columns.join("\t")}\n`;
}

/**
 * Writes a record for programs.
 *
 * Shape: one JSON object with `time` (ISO 8601, UTC), `level`, `caller` and `message`, and with `errors` if there are any
 * among the values.
 */
export function formatJsonLine({ time, level, callSite, message, values }: LogRecord): string {
  const errors = values.filter(isError).map((error) => errorRecordFrom(error));
  const line = {
    time: time.toISOString(),
    level,
    caller: callSite,
    message,
    ...(errors.length > 0 && { errors }),
  };
  return `${JSON.stringify(line).replace(unsafePattern, escapeUnicode)}\n`;
}

function formatLocalTime(time: Date): string {
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${date.map(twoDigits).join("-")} ${clock.map(twoDigits).join(":")}`;
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}

function escapeInText(character: string): string {
  if (character === "\n") return "\n\t";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return escapeUnicode(character);
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

import { checkShape } from "../check.js";
import { createLogger } from "./create-logger.js";
import type { LevelHolder, Logger, LogLevel, RecordLevel } from "./logger.js";
import { isError } from "./show-value.js";

type PinoMethods = {
  /** Writes a line with the given fields. */
  [Level in RecordLevel]: (fields: object, message: string) => void;
};

/** The part of a pino logger that is used. */
export interface PinoLike extends PinoMethods {
  /** Name of the level pino is set to. */
  level: string;
  /** Whether pino would write a line of this level. */
  isLevelEnabled(level: string): boolean;
}

const recordLevels: readonly RecordLevel[] = ["debug", "info", "warn", "error"];

/**
 * Logs through pino, with its transports, redaction and serializers.
 *
 * The message is the same text as on the console; the first error among the values goes along as `err`. The level is
 * pino's own, read anew for every line: a switch on either side counts for both, and `off` is pino's `silent`.
 *
 * @throws TypeError if `pino` is no pino logger.
 * @example
 * import pino from "pino";
 * import { pinoLogger } from "@thrice/core";
 *
 * const logger = pinoLogger(pino({ level: "debug" }).child({ component: "greeter" }));
 * logger.infof("retry %d times", 1); // {"level":30,...,"component":"greeter","msg":"retry [1] times"}
 */
export function pinoLogger(pino: PinoLike): Logger {
  checkShape("pino", pino, "a pino logger", [...recordLevels, "isLevelEnabled"]);
  return createLogger(
    ({ level, message, values }) => {
      const err = values.find(isError);
      if (err === undefined) return pino[level]({}, message);
      try {
        pino[level]({ err }, message);
      } catch {
        // Serializers read the error, which may have getters that throw.
        pino[level]({}, message);
      }
    },
    { level: levelOf(pino) },
  );
}

function levelOf(pino: PinoLike): LevelHolder {
  return {
    get level(): LogLevel {
      return recordLevels.find((level) => pino.isLevelEnabled(level)) ?? "off";
    },
    set level(level) {
      pino.level = level === "off" ? "silent" : level;
    },
  };
}

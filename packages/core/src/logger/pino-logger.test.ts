import pino from "pino";
import type { RecordLevel } from "./logger.js";
import { type PinoLike, pinoLogger } from "./pino-logger.js";

/** A true pino which keeps its lines. */
function recordingPino(options: pino.LoggerOptions = {}) {
  const lines: Record<string, unknown>[] = [];
  const settings = { base: null, timestamp: false, ...options };
  const target = pino(settings, { write: (line) => lines.push(JSON.parse(line)) });
  return { target, lines };
}

describe("pinoLogger", () => {
  test.each([
    { level: "debug", number: 20 },
    { level: "info", number: 30 },
    { level: "warn", number: 40 },
    { level: "error", number: 50 },
  ] as const)("writes $level as pino's $number", ({ level, number }) => {
    const { target, lines } = recordingPino({ level: "debug" });
    const logger = pinoLogger(target);
    logger[level]("a", 1);
    logger[`${level}f`]("retry %d times", 1);
    expect(lines).toEqual([
      { level: number, msg: "[a 1]" },
      { level: number, msg: "retry [1] times" },
    ]);
  });

  test("keeps percent signs, which pino would take for verbs", () => {
    const { target, lines } = recordingPino();
    pinoLogger(target).infof("%d%% of %%s %s", 5, "%d");
    expect(lines).toEqual([{ level: 30, msg: "[5]% of %s [%d]" }]);
  });

  test("hands the first error to pino's serializer", () => {
    const { target, lines } = recordingPino();
    const error = new TypeError("x");
    pinoLogger(target).error("failed", error, new Error("second"));
    expect(lines).toEqual([
      {
        level: 50,
        msg: "[failed TypeError: x Error: second]",
        err: { type: "TypeError", message: "x", stack: error.stack },
      },
    ]);
  });

  test("keeps the message if the serializer throws", () => {
    const { target, lines } = recordingPino();
    const error = new Error("x");
    Object.defineProperty(error, "trap", { enumerable: true, get: thrower("sprung") });
    pinoLogger(target).error(error);
    expect(lines).toEqual([{ level: 50, msg: "[Error: x]" }]);
  });

  test("loses a line that pino cannot take at all", () => {
    const logger = pinoLogger({ ...silentPino, level: "info", info: thrower("broken") });
    expect(() => logger.info("x")).not.toThrow();
  });

  test.each([
    { pinoLevel: "trace", level: "debug" },
    { pinoLevel: "debug", level: "debug" },
    { pinoLevel: "info", level: "info" },
    { pinoLevel: "warn", level: "warn" },
    { pinoLevel: "error", level: "error" },
    { pinoLevel: "fatal", level: "off" },
    { pinoLevel: "silent", level: "off" },
  ])("reads pino's $pinoLevel as $level", ({ pinoLevel, level }) => {
    expect(pinoLogger(recordingPino({ level: pinoLevel }).target).level).toBe(level);
  });

  test("reads a level of the program's own by what passes it", () => {
    const { target } = recordingPino({ level: "notice", customLevels: { notice: 35 } });
    expect(pinoLogger(target).level).toBe("warn");
  });

  test.each([
    { level: "debug", pinoLevel: "debug" },
    { level: "error", pinoLevel: "error" },
    { level: "off", pinoLevel: "silent" },
  ] as const)("switches pino to $pinoLevel for $level", ({ level, pinoLevel }) => {
    const { target } = recordingPino();
    pinoLogger(target).level = level;
    expect(target.level).toBe(pinoLevel);
  });

  test("follows pino when the program switches it", () => {
    const { target, lines } = recordingPino();
    const logger = pinoLogger(target);
    logger.debug("before");
    target.level = "debug";
    logger.debug("after");
    expect(lines).toEqual([{ level: 20, msg: "[after]" }]);
  });

  test("refuses a wrong level and leaves pino alone", () => {
    const { target } = recordingPino();
    const logger = pinoLogger(target);
    expect(() => Object.assign(logger, { level: "loud" })).toThrow(TypeError);
    expect(target.level).toBe("info");
  });

  test.each([
    { what: undefined, got: "undefined" },
    { what: {}, got: "{}" },
    { what: () => {}, got: "[Function: what]" },
  ])("refuses $got, which is no pino logger", ({ what, got }) => {
    expect(() => pinoLogger(what as never)).toThrow(TypeError);
    expect(() => pinoLogger(what as never)).toThrow(
      `pino must be a pino logger with debug(), info(), warn(), error(), isLevelEnabled(), got ${got}`,
    );
  });

  test("writes with the fields of a child", () => {
    const { target, lines } = recordingPino();
    pinoLogger(target.child({ component: "greeter" })).info("x");
    expect(lines).toEqual([{ level: 30, component: "greeter", msg: "[x]" }]);
  });
});

const silentPino: Record<RecordLevel, PinoLike["info"]> & Pick<PinoLike, "isLevelEnabled"> = {
  isLevelEnabled: () => true,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

function thrower(text: string): () => never {
  return () => {
    throw new Error(text);
  };
}

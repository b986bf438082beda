import { type CreateLoggerOptions, createLogger, type LogRecord } from "./create-logger.js";
import type { LogLevel } from "./logger.js";

const time = new Date(2024, 0, 23, 22, 39, 11);

function recordingLogger(options: CreateLoggerOptions = {}) {
  const records: LogRecord[] = [];
  const logger = createLogger((record) => records.push(record), { now: () => time, ...options });
  return { logger, records };
}

describe("createLogger", () => {
  test.each(["debug", "info", "warn", "error"] as const)(
    "hands %s records to the sink",
    (level) => {
      const { logger, records } = recordingLogger({ level: "debug" });
      const error = new Error("x");
      logger[level]("a", error);
      logger[`${level}f`]("a %s", error);
      const common = { time, level, callSite: undefined, values: ["a", error] };
      expect(records).toEqual([
        { ...common, message: "[a Error: x]" },
        { ...common, message: "a [Error: x]", values: [error] },
      ]);
    },
  );

  test("starts at info, and drops what is below", () => {
    const { logger, records } = recordingLogger();
    expect(logger.level).toBe("info");
    logger.debug("no");
    logger.debugf("no");
    expect(records).toEqual([]);
  });

  test("counts a switch of the level from the next record on", () => {
    const { logger, records } = recordingLogger({ level: "off" });
    logger.error("before");
    logger.level = "debug";
    logger.debug("between");
    logger.level = "off";
    logger.error("after");
    expect(records.map(({ message }) => message)).toEqual(["[between]"]);
  });

  test("follows and switches the level of another logger", () => {
    const owner = recordingLogger({ level: "error" }).logger;
    const { logger, records } = recordingLogger({ level: owner });
    logger.warn("no");
    owner.level = "warn";
    logger.warn("yes");
    logger.level = "off";
    expect(owner.level).toBe("off");
    expect(records.map(({ message }) => message)).toEqual(["[yes]"]);
  });

  test.each(["verbose", 7])("refuses %p as a level, at once and later", (wrong) => {
    const level = wrong as LogLevel;
    const { logger } = recordingLogger();
    expect(() => recordingLogger({ level: level as "off" })).toThrow(TypeError);
    expect(() => {
      logger.level = level;
    }).toThrow(/level must be one of .*, got /);
    expect(logger.level).toBe("info");
  });

  test("names the caller if the sink asked for it, also for methods taken off the logger", () => {
    const { logger, records } = recordingLogger({ callSites: true });
    const { info, warnf } = logger;
    logger.info(1);
    info(2);
    ["%d"].forEach(warnf);
    const lines = records.map(({ callSite }) => Number(callSite?.split(":")[1]));
    const [first = Number.NaN] = lines;
    expect(records[0]?.callSite).toBe(`logger/create-logger.test.ts:${first}`);
    expect(lines).toEqual([first, first + 1, first + 2]);
  });

  test("does not look for the caller of what is dropped", () => {
    const capture = jest.spyOn(Error, "captureStackTrace");
    recordingLogger({ callSites: true }).logger.debug("no");
    recordingLogger().logger.info("yes");
    expect(capture).not.toHaveBeenCalled();
    capture.mockRestore();
  });

  test("shows stacks in messages if the sink asked for it", () => {
    const { logger, records } = recordingLogger({ stacks: true });
    logger.error(new Error("x"));
    expect(records[0]?.message).toMatch(/^\[Error: x\n\s+at /);
  });

  test.each([
    { sink: undefined, options: {}, text: "sink must be a function, got undefined" },
    { sink: {}, options: {}, text: "sink must be a function, got {}" },
    { options: "debug", text: "options of createLogger must be an object, got 'debug'" },
    {
      options: { stack: true },
      text: "options of createLogger: unknown option 'stack'; did you mean 'stacks'?",
    },
    { options: { callSites: 1 }, text: "callSites must be true or false, got 1" },
    { options: { stacks: 1 }, text: "stacks must be true or false, got 1" },
    { options: { now: 5 }, text: "now must be a function, got 5" },
  ])("refuses at once: $text", ({ text, ...wrong }) => {
    const { sink, options } = { sink: () => {}, ...wrong };
    const make = () => createLogger(sink as never, options as never);
    expect(make).toThrow(new TypeError(text));
  });

  test("keeps what a sink throws from the caller", () => {
    const logger = createLogger(() => {
      throw new Error("disk full");
    });
    expect(() => logger.info("x")).not.toThrow();
  });

  test("reads the system's clock if no other is given", () => {
    const records: LogRecord[] = [];
    createLogger((record) => records.push(record)).info("x");
    expect(records[0]?.time).toBeInstanceOf(Date);
  });
});

import { Writable } from "node:stream";
import { type ConsoleLoggerOptions, consoleLogger } from "./console-logger.js";

function memoryStream(isTTY?: boolean) {
  const lines: string[] = [];
  return { lines, isTTY, write: (text: string) => lines.push(text) };
}

/** Logger of the time on Dubbo-go's page. */
function pageLogger(options: ConsoleLoggerOptions = {}) {
  const stream = memoryStream();
  const now = () => new Date(2024, 0, 23, 22, 39, 11);
  return { logger: consoleLogger({ stream, now, env: {}, ...options }), lines: stream.lines };
}

describe("consoleLogger", () => {
  test("writes the lines of Dubbo-go's page, with the line that called it", () => {
    const { logger, lines } = pageLogger();
    const { warn } = logger;
    logger.info("request success");
    logger.infof("retry %d times", 1);
    warn("a", 1, { b: 2 });
    const first = Number(/:(\d+)\t\[request success\]\n$/.exec(lines[0] ?? "")?.[1]);
    expect(lines).toEqual([
      `2024-01-23 22:39:11\tINFO\tlogger/console-logger.test.ts:${first}\t[request success]\n`,
      `2024-01-23 22:39:11\tINFO\tlogger/console-logger.test.ts:${first + 1}\tretry [1] times\n`,
      `2024-01-23 22:39:11\tWARN\tlogger/console-logger.test.ts:${first + 2}\t[a 1 { b: 2 }]\n`,
    ]);
  });

  test("shows the stack of an error on indented lines", () => {
    const { logger, lines } = pageLogger();
    logger.errorf("call failed: %s", new Error("x"));
    expect(lines[0]).toMatch(/\tcall failed: \[Error: x\n\t {4}at .*console-logger\.test\.ts/);
  });

  test("writes JSON with errors as fields and without colour", () => {
    const { logger, lines } = pageLogger({ format: "json", color: true });
    logger.error("call failed", new Error("x"));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: new Date(2024, 0, 23, 22, 39, 11).toISOString(),
        level: "error",
        caller: expect.stringMatching(/^logger\/console-logger\.test\.ts:\d+$/),
        message: "[call failed Error: x]",
        errors: [{ name: "Error", message: "x", stack: expect.any(String) }],
      },
    ]);
  });

  test("writes info and graver by default, and what it is switched to", () => {
    const { logger, lines } = pageLogger();
    logger.debug("no");
    logger.level = "debug";
    logger.debug("yes");
    expect(lines).toEqual([expect.stringContaining("\tDEBUG\t")]);
  });

  test.each([
    { color: undefined, isTTY: true, env: {}, coloured: true },
    { color: undefined, isTTY: true, env: { NO_COLOR: "1" }, coloured: false },
    { color: undefined, isTTY: true, env: { NO_COLOR: "" }, coloured: true },
    { color: undefined, isTTY: false, env: {}, coloured: false },
    { color: undefined, isTTY: undefined, env: {}, coloured: false },
    { color: "auto", isTTY: true, env: {}, coloured: true },
    { color: true, isTTY: false, env: { NO_COLOR: "1" }, coloured: true },
    { color: false, isTTY: true, env: {}, coloured: false },
  ] as const)("colours: $coloured, with color $color, terminal $isTTY, $env", (row) => {
    const stream = memoryStream(row.isTTY);
    pageLogger({
      stream,
      env: row.env,
      ...(row.color !== undefined && { color: row.color }),
    }).logger.info("x");
    expect(stream.lines[0]?.includes("\x1b[34mINFO\x1b[0m")).toBe(row.coloured);
  });

  test.each([
    {
      wrong: { level: "loud" },
      message: "level must be one of 'debug', 'info', 'warn', 'error', 'off', got 'loud'",
    },
    { wrong: { format: "xml" }, message: "format must be one of 'text', 'json', got 'xml'" },
    {
      wrong: { colour: true },
      message: "options of consoleLogger: unknown option 'colour'; did you mean 'color'?",
    },
    { wrong: "debug", message: "options of consoleLogger must be an object, got 'debug'" },
    { wrong: { stream: 5 }, message: "stream must be a stream with write(), got 5" },
    { wrong: { stream: {} }, message: "stream must be a stream with write(), got {}" },
    { wrong: { env: null }, message: "env must be an object, got null" },
    { wrong: { now: 5 }, message: "now must be a function, got 5" },
    { wrong: { color: "never" }, message: "color must be one of 'auto', true, false, got 'never'" },
  ])("refuses $wrong", ({ wrong, message }) => {
    expect(() => consoleLogger(wrong as ConsoleLoggerOptions)).toThrow(new TypeError(message));
  });

  test("goes on after its stream broke, and logs nothing about it", async () => {
    let writes = 0;
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      },
    });
    const { logger } = pageLogger({ stream });
    logger.info("lost");
    await new Promise((resolve) => stream.once("close", resolve));
    logger.info("lost as well");
    expect(writes).toBe(1);
  });

  test("goes on if its stream throws", () => {
    const stream = {
      write() {
        throw new Error("gone");
      },
    };
    expect(() => pageLogger({ stream }).logger.info("lost")).not.toThrow();
  });

  test("adds one listener to a stream that many loggers share", () => {
    const stream = new Writable();
    for (let logger = 0; logger < 20; logger++) pageLogger({ stream });
    expect(stream.listenerCount("error")).toBe(1);
  });

  test("writes to the standard output if no stream is given", () => {
    const written: unknown[] = [];
    const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      written.push(text);
      return true;
    });
    consoleLogger().info("hello");
    write.mockRestore();
    expect(written).toEqual([expect.stringMatching(/console-logger\.test\.ts:\d+\t\[hello\]\n$/)]);
  });
});

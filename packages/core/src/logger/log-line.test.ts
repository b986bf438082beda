import type { LogRecord } from "./create-logger.js";
import { formatJsonLine, formatTextLine } from "./log-line.js";

const record: LogRecord = {
  time: new Date(2024, 0, 3, 4, 5, 6),
  level: "info",
  message: "retry [1] times",
  callSite: "src/server.ts:42",
  values: [1],
};

describe("formatTextLine", () => {
  test("writes time, level, caller and message with TABs between", () => {
    const line = "2024-01-03 04:05:06\tINFO\tsrc/server.ts:42\tretry [1] times\n";
    expect(formatTextLine(record, false)).toBe(line);
  });

  test.each([
    { level: "debug", word: "\x1b[35mDEBUG\x1b[0m" },
    { level: "info", word: "\x1b[34mINFO\x1b[0m" },
    { level: "warn", word: "\x1b[33mWARN\x1b[0m" },
    { level: "error", word: "\x1b[31mERROR\x1b[0m" },
  ] as const)("colours the word of $level and nothing else", ({ level, word }) => {
    const line = `2024-01-03 04:05:06\t${word}\tsrc/server.ts:42\tretry [1] times\n`;
    expect(formatTextLine({ ...record, level }, true)).toBe(line);
  });

  test.each([
    { what: "a line feed", message: "a\n2024-01-03 b", written: "a\n\t2024-01-03 b" },
    { what: "a line end of Windows", message: "a\r\nb", written: "a\n\tb" },
    { what: "an empty line", message: "a\n\nb", written: "a\n\t\n\tb" },
    { what: "a lone return", message: "a\rb", written: "a\\rb" },
    { what: "a TAB", message: "a\tb", written: "a\\tb" },
    { what: "an escape sequence", message: "\x1b[2Ja", written: "\\u001b[2Ja" },
    { what: "NUL, DEL and CSI", message: "\0\x7f\x9b", written: "\\u0000\\u007f\\u009b" },
    {
      what: "other line ends",
      message: "\v\f\x85\u2028\u2029",
      written: "\\u000b\\u000c\\u0085\\u2028\\u2029",
    },
    { what: "marks that reverse writing", message: "\u202ea\u2066", written: "\\u202ea\\u2066" },
    { what: "what is harmless", message: "é 漢 🙂 \\", written: "é 漢 🙂 \\" },
  ])("lets $what forge no line and steer no terminal", ({ message, written }) => {
    const line = formatTextLine({ ...record, message }, false);
    expect(line.split("\t").slice(3).join("\t")).toBe(`${written}\n`);
  });
});

describe("formatJsonLine", () => {
  test("writes one object with the time in UTC", () => {
    const time = new Date(Date.UTC(2024, 0, 3, 4, 5, 6, 7));
    expect(formatJsonLine({ ...record, time })).toBe(
      '{"time":"2024-01-03T04:05:06.007Z","level":"info","caller":"src/server.ts:42","message":"retry [1] times"}\n',
    );
  });

  test("adds the errors among the values", () => {
    const error = Object.assign(new Error("x", { cause: "y" }), { code: 14 });
    const { errors } = JSON.parse(formatJsonLine({ ...record, values: [1, error] }));
    expect(errors).toEqual([
      { name: "Error", message: "x", stack: error.stack, code: 14, cause: "y" },
    ]);
  });

  test("writes harmful characters as escapes which read back as they were", () => {
    const message = "a\r\n\t\x1b\x7f\x9b\u2028\u202e é";
    const line = formatJsonLine({ ...record, message });
    expect(line).toMatch(/^[^\p{Cc}\u2028\u202e]+\n$/u);
    expect(JSON.parse(line).message).toBe(message);
  });
});

import { checkLogLevel, passesLevel } from "./logger.js";

describe("checkLogLevel", () => {
  test.each(["debug", "info", "warn", "error", "off"] as const)("hands back %s", (level) => {
    expect(checkLogLevel(level)).toBe(level);
  });

  test.each([
    { value: "verbose", shown: "'verbose'" },
    { value: "INFO", shown: "'INFO'" },
    { value: "toString", shown: "'toString'" },
    { value: undefined, shown: "undefined" },
    { value: Symbol("x"), shown: "Symbol(x)" },
  ])("names $shown and the levels there are", ({ value, shown }) => {
    const message = `level must be one of 'debug', 'info', 'warn', 'error', 'off', got ${shown}`;
    expect(() => checkLogLevel(value)).toThrow(new TypeError(message));
  });
});

describe("passesLevel", () => {
  test.each([
    { threshold: "debug", passing: ["debug", "info", "warn", "error"] },
    { threshold: "info", passing: ["info", "warn", "error"] },
    { threshold: "warn", passing: ["warn", "error"] },
    { threshold: "error", passing: ["error"] },
    { threshold: "off", passing: [] },
  ] as const)("at $threshold lets through $passing", ({ threshold, passing }) => {
    const levels = ["debug", "info", "warn", "error"] as const;
    expect(levels.filter((level) => passesLevel(level, threshold))).toEqual(passing);
  });
});

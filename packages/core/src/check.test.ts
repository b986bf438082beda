import {
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  checkLogger,
  checkNumber,
  checkOneOf,
  checkShape,
  checkWholeNumber,
  show,
} from "./check.js";
import type { Logger } from "./logger/logger.js";
import { memoryLogger } from "./testing/memory-logger.js";

describe("checkWholeNumber", () => {
  test.each([0, 7, 100])("passes %d on", (value) => {
    expect(checkWholeNumber("retries", value, 0, 100)).toBe(value);
  });

  test.each([
    { value: -1, got: "-1" },
    { value: 101, got: "101" },
    { value: 1.5, got: "1.5" },
    { value: Number.NaN, got: "NaN" },
    { value: Number.POSITIVE_INFINITY, got: "Infinity" },
    { value: "3", got: "'3'" },
    { value: 3n, got: "3n" },
    { value: null, got: "null" },
    { value: undefined, got: "undefined" },
  ])("refuses $got, naming field, bounds and value", ({ value, got }) => {
    const text = `retries must be a whole number from 0 to 100, got ${got}`;
    expect(() => checkWholeNumber("retries", value, 0, 100)).toThrow(new RangeError(text));
  });
});

describe("checkNumber", () => {
  test.each([0, 0.5, 10])("passes %d on", (value) => {
    expect(checkNumber("timeoutMs", value, 0, 10)).toBe(value);
  });

  test.each([
    { value: -0.1, got: "-0.1" },
    { value: 10.1, got: "10.1" },
    { value: Number.NaN, got: "NaN" },
    { value: Number.POSITIVE_INFINITY, got: "Infinity" },
    { value: "5", got: "'5'" },
    { value: {}, got: "{}" },
  ])("refuses $got, naming field, bounds and value", ({ value, got }) => {
    const text = `timeoutMs must be a number from 0 to 10, got ${got}`;
    expect(() => checkNumber("timeoutMs", value, 0, 10)).toThrow(new RangeError(text));
  });
});

describe("checkBoolean", () => {
  test.each([true, false])("passes %s on", (value) => {
    expect(checkBoolean("exposeErrors", value)).toBe(value);
  });

  test.each([
    { value: 0, got: "0" },
    { value: "true", got: "'true'" },
    { value: undefined, got: "undefined" },
  ])("refuses $got", ({ value, got }) => {
    const text = `exposeErrors must be true or false, got ${got}`;
    expect(() => checkBoolean("exposeErrors", value)).toThrow(new TypeError(text));
  });
});

describe("checkFunction", () => {
  test("passes a function on", () => {
    expect(checkFunction("random", Math.random)).toBe(Math.random);
  });

  test.each([
    { value: 0.5, got: "0.5" },
    { value: {}, got: "{}" },
    { value: null, got: "null" },
  ])("refuses $got", ({ value, got }) => {
    const text = `random must be a function, got ${got}`;
    expect(() => checkFunction("random", value)).toThrow(new TypeError(text));
  });
});

describe("checkOneOf", () => {
  test.each(["auto", false, 0] as const)("passes %s on", (value) => {
    expect(checkOneOf("color", value, ["auto", false, 0])).toBe(value);
  });

  test.each([
    { value: "never", got: "'never'" },
    { value: "false", got: "'false'" },
    { value: undefined, got: "undefined" },
    { value: "x".repeat(200), got: `'${"x".repeat(119)}…` },
  ])("refuses $got, naming what is allowed", ({ value, got }) => {
    const text = `color must be one of 'auto', false, got ${got}`;
    expect(() => checkOneOf("color", value, ["auto", false])).toThrow(new TypeError(text));
  });
});

describe("checkLogger", () => {
  const methods = "debug info warn error debugf infof warnf errorf".split(" ");

  test("passes a logger on", () => {
    const logger = memoryLogger();
    expect(checkLogger("logger", logger)).toBe(logger);
  });

  test.each(methods)("refuses a logger without %s()", (method) => {
    const lame = { ...memoryLogger(), [method as keyof Logger]: undefined };
    const needs = methods.map((name) => `${name}()`).join(", ");
    expect(() => checkLogger("logger", lame)).toThrow(TypeError);
    expect(() => checkLogger("logger", lame)).toThrow(`logger must be a logger with ${needs}, got`);
    expect(() => checkLogger("logger", lame)).toThrow(
      /; use consoleLogger\(\), pinoLogger\(pino\(\)\) or createLogger\(\)$/,
    );
  });

  test.each([{ value: console }, { value: null }, { value: () => {} }])("refuses $value", (row) => {
    expect(() => checkLogger("logger", row.value)).toThrow(TypeError);
  });
});

describe("checkShape", () => {
  class Picker {
    pick() {}
  }

  test.each([
    { name: "an object", value: { pick: () => {}, more: 1 } },
    { name: "an instance, whose methods are inherited", value: new Picker() },
  ])("passes $name on", ({ value }) => {
    expect(checkShape("picker", value, "a picker", ["pick"])).toBe(value);
  });

  test.each([
    { name: "a missing method", value: { pick: () => {} }, got: "{ pick: [Function: pick] }" },
    { name: "no function", value: { pick: 1, name: 2 }, got: "{ pick: 1, name: 2 }" },
    { name: "null", value: null, got: "null" },
    { name: "text", value: "random", got: "'random'" },
    { name: "a class instead of an instance", value: Picker, got: "[class Picker]" },
  ])("refuses $name, naming what is needed", ({ value, got }) => {
    const text = `picker must be a picker with pick(), name(), got ${got}`;
    const check = () => checkShape("picker", value, "a picker", ["pick", "name"]);
    expect(check).toThrow(new TypeError(text));
  });
});

describe("checkKnownOptions", () => {
  const known = new Set(["retries", "timeoutMs", "signal"]);
  const check = (value: unknown) => () => checkKnownOptions("call options", value, known);

  test.each([{}, { retries: 1 }, { signal: undefined, timeoutMs: 0 }])("takes %o", (value) => {
    expect(check(value)).not.toThrow();
  });

  test.each([
    { wrong: "retrys", hint: "known: retries, signal, timeoutMs" },
    { wrong: "retrie", hint: "did you mean 'retries'?" },
    { wrong: "retriess", hint: "did you mean 'retries'?" },
    { wrong: "retrjes", hint: "did you mean 'retries'?" },
    { wrong: "rteries", hint: "did you mean 'retries'?" },
    { wrong: "timeoutms", hint: "did you mean 'timeoutMs'?" },
    { wrong: "TimeoutMs", hint: "did you mean 'timeoutMs'?" },
    { wrong: "timeout", hint: "did you mean 'timeoutMs'?" },
    { wrong: "TIMEOUT", hint: "did you mean 'timeoutMs'?" },
    { wrong: "signalOfCall", hint: "did you mean 'signal'?" },
    { wrong: "retry", hint: "known: retries, signal, timeoutMs" },
    { wrong: "ti", hint: "known: retries, signal, timeoutMs" },
    { wrong: "", hint: "known: retries, signal, timeoutMs" },
  ])("refuses the name '$wrong': $hint", ({ wrong, hint }) => {
    const text = `call options: unknown option '${wrong}'; ${hint}`;
    expect(check({ retries: 1, [wrong]: 1 })).toThrow(new TypeError(text));
  });

  test.each([
    { value: undefined, got: "undefined" },
    { value: null, got: "null" },
    { value: 3, got: "3" },
    { value: ["retries"], got: "[ 'retries' ]" },
    { value: () => {}, got: "[Function: value]" },
  ])("refuses $got, which is no object", ({ value, got }) => {
    expect(check(value)).toThrow(new TypeError(`call options must be an object, got ${got}`));
  });
});

describe("show", () => {
  test.each([
    { value: "a\nb", shown: String.raw`'a\nb'` },
    { value: { a: { b: { c: 1 } } }, shown: "{ a: { b: [Object] } }" },
    { value: 1n, shown: "1n" },
    { value: "x".repeat(200), shown: `'${"x".repeat(119)}…` },
  ])("renders $shown", ({ value, shown }) => {
    expect(show(value)).toBe(shown);
  });

  // Long lists were laid out in rows, and errors came with their stack.
  test.each([
    { name: "a long list", value: Array.from({ length: 30 }, (_, at) => at) },
    { name: "an error", value: new Error("no") },
  ])("renders $name on one line", ({ value }) => {
    expect(show(value)).not.toContain("\n");
  });
});

import { inspectValue, isError, maxValueLength, showValue } from "./show-value.js";

const throwing = (): never => {
  throw new Error("caught in the act");
};
const cyclic: Record<string, unknown> = { name: "loop" };
cyclic.self = cyclic;
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe("showValue", () => {
  test.each([
    { what: "a string", value: "it's", shown: "it's" },
    { what: "a number", value: 1.5, shown: "1.5" },
    { what: "a bigint", value: 10n, shown: "10n" },
    { what: "null", value: null, shown: "null" },
    { what: "undefined", value: undefined, shown: "undefined" },
    { what: "a symbol", value: Symbol("s"), shown: "Symbol(s)" },
    { what: "an object", value: { b: 2 }, shown: "{ b: 2 }" },
    { what: "three levels of lists", value: { a: [[[1]]] }, shown: "{ a: [ [ [Array] ] ] }" },
    {
      what: "a cyclic object",
      value: cyclic,
      shown: "<ref *1> { name: 'loop', self: [Circular *1] }",
    },
    {
      what: "a getter, unread",
      value: {
        get x() {
          return throwing();
        },
      },
      shown: "{ x: [Getter] }",
    },
    {
      what: "a throwing toString and toJSON",
      value: { toString: throwing, toJSON: throwing },
      shown: "{ toString: [Function: throwing], toJSON: [Function: throwing] }",
    },
    {
      what: "a throwing inspection",
      value: { [Symbol.for("nodejs.util.inspect.custom")]: throwing },
      shown: "<unprintable object>",
    },
    { what: "a revoked proxy", value: revoked.proxy, shown: "<Revoked Proxy>" },
    { what: "an error", value: new RangeError("too far"), shown: "RangeError: too far" },
  ])("shows $what", ({ value, shown }) => {
    expect(showValue(value)).toBe(shown);
  });

  test("shows an error with its stack, fields and cause if asked to", () => {
    const error = Object.assign(new Error("outer", { cause: new Error("inner") }), { code: "E_X" });
    const shown = showValue(error, { stacks: true });
    expect(shown).toMatch(/^Error: outer\n\s+at .*show-value\.test\.ts/);
    expect(shown).toMatch(/\[cause\]: Error: inner\n\s+at /);
    expect(shown).toContain("code: 'E_X'");
  });

  test("shows an error which causes itself", () => {
    const error = new Error("snake");
    error.cause = error;
    expect(showValue(error, { stacks: true })).toMatch(/cause\]?: \[Circular \*1\]/);
  });

  test("falls back to name and message, then to a mark, for errors whose getters throw", () => {
    const error = new Error("hidden");
    Object.defineProperty(error, "stack", { get: throwing });
    Object.defineProperty(error, Symbol.for("nodejs.util.inspect.custom"), { value: throwing });
    expect(showValue(error, { stacks: true })).toBe("Error: hidden");
    Object.defineProperty(error, "message", { get: throwing });
    expect(showValue(error, { stacks: true })).toBe("<unprintable object>");
  });

  test("cuts what is longer than 16 KiB and counts the rest", () => {
    expect(maxValueLength).toBe(16_384);
    expect(showValue("x".repeat(maxValueLength))).toHaveLength(maxValueLength);
    const marked = `${"x".repeat(maxValueLength)}... 5 more characters`;
    expect(showValue("x".repeat(maxValueLength + 5))).toBe(marked);
  });

  test.each([
    { what: "strings in objects", value: { text: "x".repeat(1_000_000) } },
    { what: "objects of many keys", value: Object.fromEntries(Array(9_999).entries()) },
    { what: "errors", value: new Error("x".repeat(1_000_000)) },
  ])("cuts long $what", ({ value }) => {
    expect(showValue(value, { stacks: true }).length).toBeLessThan(maxValueLength + 100);
  });
});

describe("showValue, of what is wide", () => {
  test.each([
    { what: "a list", value: Array(100).fill(1_000_000) },
    { what: "an object", value: Object.fromEntries(Array(100).entries()) },
    { what: "an object with lines of text", value: { a: "one\ntwo", b: "x".repeat(200) } },
  ])("keeps $what on one line", ({ value }) => {
    expect(showValue(value, { stacks: true })).not.toContain("\n");
  });
});

describe("inspectValue", () => {
  test("quotes strings", () => {
    expect(inspectValue("it's")).toBe(`"it's"`);
  });
});

describe("isError", () => {
  test.each([
    { what: "an error", value: new TypeError("x"), expected: true },
    { what: "what inherits from Error", value: Object.create(Error.prototype), expected: true },
    { what: "an object with a message", value: { message: "x" }, expected: false },
    { what: "null", value: null, expected: false },
    { what: "a revoked proxy", value: revoked.proxy, expected: false },
  ])("answers $expected for $what", ({ value, expected }) => {
    expect(isError(value)).toBe(expected);
  });
});

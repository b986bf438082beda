import { errorRecordFrom } from "./error-record.js";
import { maxValueLength } from "./show-value.js";

const throwing = (): never => {
  throw new Error("caught in the act");
};

describe("errorRecordFrom", () => {
  test("copies name, message, stack and code", () => {
    const error = Object.assign(new RangeError("too far"), { code: 17, other: "left out" });
    const { stack } = error;
    expect(errorRecordFrom(error)).toEqual({
      name: "RangeError",
      message: "too far",
      stack,
      code: 17,
    });
  });

  test("copies the chain of causes", () => {
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const error = new Error("outer", { cause: new Error("middle", { cause: refused }) });
    expect(errorRecordFrom(error)).toMatchObject({
      message: "outer",
      cause: { message: "middle", cause: { message: "refused", code: "ECONNREFUSED" } },
    });
  });

  test.each([
    { cause: "a text", expected: "a text" },
    { cause: null, expected: "null" },
    { cause: { status: 503 }, expected: "{ status: 503 }" },
  ])("writes the cause $expected as text", ({ cause, expected }) => {
    expect(errorRecordFrom(new Error("x", { cause }))).toMatchObject({ cause: expected });
  });

  test("stops where a cause comes round again", () => {
    const inner = new Error("inner");
    const outer = new Error("outer", { cause: inner });
    inner.cause = outer;
    expect(errorRecordFrom(outer)).toMatchObject({
      message: "outer",
      cause: { message: "inner", cause: "Error: outer" },
    });
  });

  test("follows eight errors of an endless chain", () => {
    const chain = Array.from({ length: 100 }).reduce<Error>(
      (cause, _, index) => new Error(`${index}`, { cause }),
      new Error("root"),
    );
    const messages = JSON.stringify(errorRecordFrom(chain)).match(/"message"/g);
    expect(messages).toHaveLength(8);
  });

  test("leaves out what is missing, of another kind, or throws when read", () => {
    const error = new Error("x");
    Object.defineProperties(error, {
      stack: { get: throwing },
      name: { get: throwing },
      code: { value: { no: "code" } },
      cause: { get: throwing },
    });
    expect(errorRecordFrom(error)).toEqual({ name: "undefined", message: "x" });
  });

  test("cuts long texts", () => {
    const error = Object.assign(new Error("x".repeat(1_000_000)), { code: "y".repeat(1_000_000) });
    expect(JSON.stringify(errorRecordFrom(error)).length).toBeLessThan(4 * maxValueLength);
  });
});

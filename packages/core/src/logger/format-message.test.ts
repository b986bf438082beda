import { formatTemplate, formatValues } from "./format-message.js";

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

describe("formatValues", () => {
  test.each([
    { values: [], message: "[]" },
    { values: ["request success"], message: "[request success]" },
    { values: ["a", 1, { b: 2 }], message: "[a 1 { b: 2 }]" },
    { values: ["100%d", null, undefined], message: "[100%d null undefined]" },
  ])("writes $message", ({ values, message }) => {
    expect(formatValues(values)).toBe(message);
  });

  test("shows stacks if asked to", () => {
    expect(formatValues(["failed:", new Error("x")])).toBe("[failed: Error: x]");
    expect(formatValues([new Error("x")], { stacks: true })).toMatch(/^\[Error: x\n\s+at /);
  });
});

describe("formatTemplate", () => {
  test.each([
    { format: "retry %d times", values: [1], message: "retry [1] times" },
    {
      format: "Greet response: %s",
      values: ["hello world"],
      message: "Greet response: [hello world]",
    },
    { format: "no verb", values: [], message: "no verb" },
    { format: "%s and %s", values: ["one"], message: "[one] and %s" },
    { format: "%s", values: ["one", 2, { three: 3 }], message: "[one] [2] [{ three: 3 }]" },
    { format: "100%% of %d", values: [7], message: "100% of [7]" },
    { format: "100%%", values: [], message: "100%" },
    { format: "%x % %", values: [1], message: "%x % % [1]" },
    { format: "%s", values: ["%s $& $1"], message: "[%s $& $1]" },
    { format: "%d %i %f", values: [1.5, 1.5, 1.5], message: "[1.5] [1] [1.5]" },
    { format: "%d %i %f %s", values: [1n, 2n, 3n, 4n], message: "[1] [2] [3] [4n]" },
    { format: "%d %i", values: ["abc", undefined], message: "[abc] [undefined]" },
    { format: "%d %i", values: [Number.NaN, -1.5], message: "[NaN] [-1]" },
    { format: "%d %f", values: [Symbol("s"), { a: 1 }], message: "[Symbol(s)] [{ a: 1 }]" },
    { format: "%j", values: [{ a: [1, "x"] }], message: '[{"a":[1,"x"]}]' },
    { format: "%j %j", values: [undefined, 5n], message: "[undefined] [5n]" },
    { format: "%j", values: [cyclic], message: "[<ref *1> { self: [Circular *1] }]" },
    { format: "%o %O", values: ["a", "b"], message: "['a'] ['b']" },
    { format: "%v", values: [["a", 1]], message: "[[ 'a', 1 ]]" },
    { format: "%s", values: [new Error("x")], message: "[Error: x]" },
  ])("writes $message for $format", ({ format, values, message }) => {
    expect(formatTemplate(format, values)).toBe(message);
  });

  test.each(["%s", "%v", "%o", "%d", "no verb"])("shows stacks for %p if asked to", (format) => {
    const message = formatTemplate(format, [new Error("x")], { stacks: true });
    expect(message).toMatch(/\[Error: x\n\s+at /);
  });

  test("survives a format that is no string", () => {
    expect(formatTemplate(new Error("x") as unknown as string, [1])).toBe("Error: x [1]");
  });
});

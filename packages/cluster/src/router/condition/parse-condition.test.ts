import fc from "fast-check";
import type { ConditionKey } from "./condition-key.js";
import { ConditionProblem, holds, parseCondition } from "./parse-condition.js";

const consumer = (name: string) => ({ region: "hangzhou" })[name];

/** Whether `text` holds where parameters have these values. */
function holdsFor(text: string, values: Record<string, string>): boolean {
  const factOf = (key: ConditionKey) => (key.kind === "param" ? values[key.name] : undefined);
  return holds(parseCondition(text, "from", consumer), undefined, factOf);
}

test.each([
  ["nothing holds always", "", {}, true],
  ["blanks are nothing", "  ", {}, true],
  ["= wants the value", "a = x", { a: "x" }, true],
  ["= refuses another", "a = x", { a: "y" }, false],
  ["= refuses a key without value", "a = x", {}, false],
  ["!= refuses the value", "a != x", { a: "x" }, false],
  ["!= takes another", "a != x", { a: "y" }, true],
  ["!= refuses a key without value, as Dubbo does", "a != x", {}, false],
  ["a list is any of them", "a = x,y", { a: "y" }, true],
  ["a list of != is none of them", "a != x,y", { a: "y" }, false],
  ["& is both", "a = x & b = y", { a: "x", b: "y" }, true],
  ["& is not one of them", "a = x & b = y", { a: "x", b: "z" }, false],
  ["a comma binds closer than &", "a = x,y & b = z", { a: "y", b: "z" }, true],
  ["= and != may follow one key", "a = x* != xy", { a: "xz" }, true],
  ["!= is stronger than =", "a = x* != xy", { a: "xy" }, false],
  ["blanks do not matter", "a=x,y&b!=z", { a: "x", b: "y" }, true],
  ["the same key may stand twice", "a != x & a != y", { a: "z" }, true],
  ["a reference is this side's value", "region = $region", { region: "hangzhou" }, true],
])("%s", (_, text, values, expected) => {
  expect(holdsFor(text, values as Record<string, string>)).toBe(expected);
});

test.each([
  ["a", "= or != is needed after 'a', got the end"],
  ["a =", "a value is needed after 'a =', got the end"],
  ["a = x &", "a key is needed after 'a = x &', got the end"],
  ["& a = x", "a key is needed at the beginning, got '&'"],
  ["a = x,", "a value is needed after 'a = x ,', got the end"],
  ["a = ,x", "a value is needed after 'a =', got ','"],
  ["a == x", "a value is needed after 'a =', got '='"],
  ["a ! x", "= or != is needed after 'a', got '!'"],
  ["a b = x", "= or != is needed after 'a', got 'b'"],
  ["a = x y", "& or the end is needed after 'a = x', got 'y'"],
  ["a[0] = x", "'a[0]' is no key"],
  ["a = 9~1", "ends before it begins"],
  ["arguments = x", "arguments needs a field of the request"],
  ["arguments[] = x", "arguments needs a field of the request"],
  ["arguments[-1] = x", "arguments needs a field of the request"],
  ["arguments[a..b] = x", "arguments needs a field of the request"],
  ["attachments = x", "attachments needs the name of one"],
  ["attachments[a/b] = x", "attachments needs the name of one"],
  ["attachments[a = x", "is no key"],
])("%s is refused with the reason", (text, reason) => {
  expect(() => parseCondition(text, "from", consumer)).toThrow(reason);
});

test.each(["method = a", "arguments[0] = a", "attachments[a] = b", "interface = a"])(
  "%s has no place among conditions of endpoints",
  (text) => {
    expect(() => parseCondition(text, "to", consumer)).toThrow("is of the call");
  },
);

test("any text is a condition or has a problem", () => {
  const piece = fc.constantFrom("a", "method", "&", "=", "!=", ",", "!", " ", "$", "~", "1~2", "*");
  const odd = fc.constantFrom("arguments[", "arguments[0]", "attachments[x]", "[", "]", "=>", "ü");
  const text = fc.array(fc.oneof(piece, odd, fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, fc.constantFrom("from", "to"), (pieces, side) => {
      try {
        holds(parseCondition(pieces.join(""), side, consumer), undefined, () => "x");
      } catch (problem) {
        expect(problem).toBeInstanceOf(ConditionProblem);
      }
    }),
    { seed: 4, numRuns: 5_000 },
  );
});

test("a condition that is read holds exactly where its pairs do", () => {
  const value: fc.Arbitrary<string> = fc.constantFrom("x", "y", "z");
  const pair = fc.record({
    key: fc.constantFrom("a", "b"),
    wanted: fc.array(value, { maxLength: 2 }),
    unwanted: fc.array(value, { maxLength: 2 }),
  });
  const pairs = fc.array(
    pair.filter(({ wanted, unwanted }) => wanted.length + unwanted.length > 0),
    { maxLength: 3 },
  );
  const values = fc.record({ a: value, b: value }, { requiredKeys: [] });
  fc.assert(
    fc.property(pairs, values, (conditions, have: { a?: string; b?: string }) => {
      const write = (sign: string, list: readonly string[]) =>
        list.length > 0 ? ` ${sign} ${list.join(",")}` : "";
      const text = conditions
        .map(({ key, wanted, unwanted }) => key + write("=", wanted) + write("!=", unwanted))
        .join(" & ");
      const expected = conditions.every(({ key, wanted, unwanted }) => {
        const own = have[key as "a" | "b"];
        if (own === undefined || unwanted.includes(own)) return false;
        return wanted.length === 0 || wanted.includes(own);
      });
      expect(holdsFor(text, have as Record<string, string>)).toBe(expected);
    }),
    { seed: 4, numRuns: 1_000 },
  );
});

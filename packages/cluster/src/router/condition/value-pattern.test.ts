import fc from "fast-check";
import { matchesWildcard, parseValuePattern } from "./value-pattern.js";

const consumer = (name: string) => ({ region: "hangzhou", star: "*" })[name];

function matches(pattern: string, value: string): boolean {
  const parsed = parseValuePattern(pattern, consumer);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed(value);
}

test.each([
  ["plain", "plain", true],
  ["plain", "Plain", false],
  ["*", "anything", true],
  ["*", "", true],
  ["get*", "getUser", true],
  ["get*", "get", true],
  ["get*", "forget", false],
  ["*User", "getUser", true],
  ["*User", "getUsers", false],
  ["a*c", "abc", true],
  ["a*c", "ac", true],
  ["a*a", "a", false],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "acb", false],
  ["a.c", "abc", false],
  ["1~10", "1", true],
  ["1~10", "10", true],
  ["1~10", "11", false],
  ["1~10", "5.5", false],
  ["1~10", "five", false],
  ["1~10", "", false],
  ["10~", "10", true],
  ["10~", "9", false],
  ["~10", "-3", true],
  ["~10", "11", false],
  ["-5~-1", "-3", true],
  ["$region", "hangzhou", true],
  ["$region", "$region", false],
  ["$unknown", "", false],
  ["$unknown", "undefined", false],
  ["$star", "anything", false],
])("%s matches %s: %s", (pattern, value, expected) => {
  expect(matches(pattern, value)).toBe(expected);
});

test.each([
  ["~", "the range ~ must be whole numbers"],
  ["a~b", "the range a~b must be whole numbers"],
  ["1~2~3", "the range 1~2~3 must be whole numbers"],
  ["9~1", "the range 9~1 ends before it begins"],
  ["$", "$ needs a name"],
])("%s is refused", (pattern, reason) => {
  expect(parseValuePattern(pattern, consumer)).toContain(reason);
});

test("a wildcard matches what its regular expression matches", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (wildcard, value) => {
      const source = wildcard.replaceAll(".", "\\.").replaceAll("*", ".*");
      expect(matchesWildcard(wildcard, value)).toBe(new RegExp(`^${source}$`).test(value));
    }),
    { seed: 4, numRuns: 2_000 },
  );
});

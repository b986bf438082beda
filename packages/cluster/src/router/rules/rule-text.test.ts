import { parseSafely } from "./rule-problem.js";
import { maxRuleChars, readRuleText } from "./rule-text.js";

test("values know their line, and text stays as it is written", () => {
  const read = readRuleText('a: 1.0\nb:\n  - "yes"\n  - {c: true}\n');
  expect(read).toEqual({
    kind: "map",
    line: 1,
    fields: new Map<string, unknown>([
      ["a", { kind: "scalar", line: 1, value: 1, text: "1.0" }],
      [
        "b",
        {
          kind: "list",
          line: 3,
          items: [
            { kind: "scalar", line: 3, value: "yes", text: "yes" },
            {
              kind: "map",
              line: 4,
              fields: new Map([["c", { kind: "scalar", line: 4, value: true, text: "true" }]]),
            },
          ],
        },
      ],
    ]),
  });
});

test("JSON is read too", () => {
  expect(readRuleText('{\n"a": [1]}')).toMatchObject({ kind: "map", line: 1 });
});

test.each([
  ["no text at all", 7, 1, "must be text, got 7"],
  ["an empty text", " \n", 1, "is empty"],
  ["a quote that stays open", 'a: 1\nb: "x', 2, "Missing closing"],
  ["a list that stays open", "a: 1\nb: [1, 2", 2, "end with a ]"],
  ["a field that stands twice", "a: 1\na: 2", 2, "unique"],
  ["several documents", "a: 1\n---\nb: 1", 2, "multiple documents"],
  ["an anchor", "a: 1\nb: &x 1", 2, "anchors and aliases are not taken"],
  ["an alias", "a: &x 1\nb: *x", 1, "anchors and aliases are not taken"],
  ["an unknown tag", "a: !!js/function x", 1, "tag"],
  ["a known tag", "a: !!str x", 1, "the tag tag:yaml.org,2002:str is not taken"],
  ["a list for a field's name", "a: 1\n? [b]\n: 1", 2, "a field's name must be text"],
  ["brackets without end", `a:\n${"[".repeat(100_000)}`, 2, "nested or indented more than 64 deep"],
  ["dashes without end", `a:\n${"- ".repeat(50_000)}`, 2, "nested or indented more than 64 deep"],
  ["too long a text", "#".repeat(maxRuleChars + 1), 1, "may have 1048576 characters"],
])("%s is refused with its line", (_, text, line, reason) => {
  const parsed = parseSafely(() => readRuleText(text));
  expect(parsed).toEqual({ ok: false, line, reason: expect.stringContaining(reason) });
});

test("blank lines and long lines are no nesting", () => {
  const text = `${"\n".repeat(200)}a: ${"x".repeat(1_000)}`;
  expect(readRuleText(text)).toMatchObject({ kind: "map", line: 201 });
});

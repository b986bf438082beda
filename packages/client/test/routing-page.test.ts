/** The rules on the page docs/guide/routing.md are read, and its words on errors are right. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { affinityRouter, conditionRouter, type RuledRouter, tagRouter } from "@thrice/client";

const page = readFileSync(join(import.meta.dirname, "../../../docs/guide/routing.md"), "utf8");
const rules = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);

const routers: Record<string, (text: string) => RuledRouter> = {
  tags: (text) => tagRouter({ rules: text }),
  conditions: (text) => conditionRouter(text),
  affinityAware: (text) => affinityRouter(text, {}),
};

/** By the field that only its rules have. */
function kindOf(text: string): string {
  return Object.keys(routers).find((field) => text.includes(`${field}:`)) ?? "";
}

test.each(rules)("the rules %j are taken", (text) => {
  expect(routers[kindOf(text)]?.(text)).toHaveProperty("name");
});

test("the page has rules of each kind", () => {
  expect(new Set(rules.map(kindOf))).toEqual(new Set(Object.keys(routers)));
});

test("the page shows what is said of a wrong address", () => {
  const result = tagRouter().setRules("tags:\n  - name: gray\n    addresses: [10.0.0.1]\n");
  expect(result.ok ? "" : `line ${result.line}: ${result.reason}`).toBe(
    "line 3: an address must be host:port, got '10.0.0.1'",
  );
  expect(page).toContain("// line 3: an address must be host:port, got '10.0.0.1'");
});

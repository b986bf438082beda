/** Nothing that a text of rules can hold throws past its parser, and a wrong one leaves the rules as they were. */
import fc from "fast-check";
import { callWith, endpointAt, route } from "../../testing/routing.js";
import { affinityRouter } from "../affinity-router.js";
import { conditionRouter } from "../condition/condition-router.js";
import { tagRouter } from "../tag/tag-router.js";
import type { RuledRouter } from "./swappable-rules.js";

const endpoints = ["a:1?dubbo.tag=gray&region=x", "b:2?region=y"].map(endpointAt);
const call = callWith({ "dubbo.tag": "gray" });

const good = {
  condition: "configVersion: v3.0\nforce: false\nconditions:\n  - method = greet => region = x\n",
  weighted:
    "configVersion: v3.1\nconditions:\n  - from: {match: method=a}\n    to: [{match: region=x, weight: 5}]\n",
  tag: "force: true\ntags:\n  - name: gray\n    addresses: ['a:1']\n    match: [{key: region, value: {regex: x.*}}]\n",
  affinity: "affinityAware:\n  key: region\n  ratio: 20\n",
};

const routers: readonly (() => RuledRouter)[] = [
  () => conditionRouter(good.condition),
  () => conditionRouter(good.weighted),
  () => tagRouter({ rules: good.tag }),
  () => affinityRouter(good.affinity, { params: { region: "x" } }),
];

/** A good text with pieces left out, doubled, or put in. */
const damaged = fc
  .tuple(
    fc.constantFrom(...Object.values(good)),
    fc.array(
      fc.record({
        at: fc.nat(200),
        remove: fc.nat(6),
        insert: fc.oneof(
          fc.string({ maxLength: 4 }),
          fc.constantFrom(
            "\n",
            "  - ",
            ": ",
            "{",
            "]",
            "*",
            "&a",
            "!!",
            "'",
            "=>",
            "!=",
            "~",
            "|\n",
            "? ",
          ),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, { at, remove, insert }) => {
      const place = at % (edited.length + 1);
      return edited.slice(0, place) + insert + edited.slice(place + remove);
    }, text),
  );

test("a damaged text is taken, or refused with line and reason", () => {
  fc.assert(
    fc.property(damaged, fc.nat(routers.length - 1), (text, which) => {
      const router = (routers[which] as () => RuledRouter)();
      const before = route(router, endpoints, call);
      const result = router.setRules(text);
      if (result.ok) {
        route(router, endpoints, call);
        return;
      }
      expect(result.line).toBeGreaterThanOrEqual(1);
      expect(result.line).toBeLessThanOrEqual(text.split("\n").length + 1);
      expect(result.reason).toMatch(/\S/);
      expect(route(router, endpoints, call)).toEqual(before);
    }),
    { seed: 4, numRuns: 3_000 },
  );
});

test("any JSON is taken, or refused with line and reason", () => {
  const names = fc.constantFrom(
    "conditions",
    "tags",
    "force",
    "name",
    "match",
    "to",
    "weight",
    "x",
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 1, -1, "", "a = b", "=> a = b", "a:1"),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(names, tie("json"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(json, fc.nat(routers.length - 1), (value, which) => {
      const router = (routers[which] as () => RuledRouter)();
      const result = router.setRules(JSON.stringify(value));
      if (result.ok) route(router, endpoints, call);
    }),
    { seed: 4, numRuns: 3_000 },
  );
});

test.each([undefined, null, 7, {}, []])("%p is refused as text", (value) => {
  for (const make of routers) {
    expect(make().setRules(value as never)).toMatchObject({ ok: false, line: 1 });
  }
});

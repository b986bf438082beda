import { endpointAt, route } from "../testing/routing.js";
import { affinityRouter } from "./affinity-router.js";

const endpoints = ["a:1?region=x", "b:1?region=x", "c:1?region=y", "d:1", "e:1"].map(endpointAt);
const inX = { params: { region: "x" } };
const rules = (ratio: number) => `affinityAware: { key: region, ratio: ${ratio} }`;

test("endpoints of the same region are preferred while they are enough", () => {
  expect(route(affinityRouter(rules(40), inX), endpoints)).toEqual(["a:1", "b:1"]);
});

test("all endpoints are taken when those of the region are too few", () => {
  expect(route(affinityRouter(rules(41), inX), endpoints)).toHaveLength(5);
});

test.each([
  ["no endpoint is alike", { params: { region: "z" } }],
  ["this side has no such parameter", {}],
])("all endpoints are taken when %s, even for a ratio of 0", (_, consumer) => {
  expect(route(affinityRouter(rules(0), consumer), endpoints)).toHaveLength(5);
});

test("rules that are not enabled do nothing", () => {
  const router = affinityRouter(`enabled: false\n${rules(0)}`, inX);
  expect(route(router, endpoints)).toHaveLength(5);
});

test("rules that are replaced count for the calls to come", () => {
  const router = affinityRouter(rules(40), inX);
  expect(router.setRules(rules(90))).toEqual({ ok: true });
  expect(route(router, endpoints)).toHaveLength(5);
});

test.each([
  ["ratio: 1", 1, "an affinity rule has no field 'ratio'"],
  ["enabled: true", 1, "an affinity rule needs affinityAware"],
  ["affinityAware:\n  ratio: 1", 2, "affinityAware needs key"],
  ["affinityAware:\n  key: a\n  ratio: 101", 3, "ratio must be a number from 0 to 100, got 101"],
  ["affinityAware:\n  key: ''", 2, "key must not be ''"],
])("rules %j are refused at line %i", (text, line, reason) => {
  const router = affinityRouter(rules(40), inX);
  expect(router.setRules(text)).toEqual({
    ok: false,
    line,
    reason: expect.stringContaining(reason),
  });
  expect(route(router, endpoints)).toEqual(["a:1", "b:1"]);
});

import { callWith, endpointAt, route, routedCall } from "../../testing/routing.js";
import { tagRouter } from "./tag-router.js";

const endpoints = ["10.0.0.1:80?dubbo.tag=gray", "10.0.0.2:80?env=gray-2", "10.0.0.3:81"].map(
  endpointAt,
);
const [first, second, third] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:81"];
const gray = callWith({ "dubbo.tag": "gray" });

test("a call with a tag goes to endpoints with that tag", () => {
  expect(route(tagRouter(), endpoints, gray)).toEqual([first]);
});

test("a call without a tag goes to endpoints without one", () => {
  expect(route(tagRouter(), endpoints)).toEqual([second, third]);
});

test("a tag that no endpoint has goes to endpoints without one", () => {
  expect(route(tagRouter(), endpoints, callWith({ "dubbo.tag": "blue" }))).toEqual([second, third]);
});

test.each([
  ["the attachment", tagRouter(), callWith({ "dubbo.tag": "blue", "dubbo.force.tag": "true" })],
  ["the option", tagRouter({ force: true }), callWith({ "dubbo.tag": "blue" })],
  ["the rules", tagRouter({ rules: "force: true" }), callWith({ "dubbo.tag": "blue" })],
])("a tag that is insisted on by %s goes nowhere else", (_, router, call) => {
  expect(route(router, endpoints, call)).toEqual([]);
});

test("the option is the tag of calls that bring none", () => {
  const router = tagRouter({ tag: "gray" });
  expect(route(router, endpoints)).toEqual([first]);
  expect(route(router, endpoints, callWith({ "dubbo.tag": "" }))).toEqual([second, third]);
});

test("fallbacks of different tags are one list", () => {
  const router = tagRouter();
  const blue = router.narrow(endpoints, router.keyOf(callWith({ "dubbo.tag": "blue" })));
  expect(router.narrow(endpoints, router.keyOf(callWith({ "dubbo.tag": "red" })))).toBe(blue);
});

/** Rules with one tag `gray`, of these fields. */
const rules = (fields: object) => JSON.stringify({ tags: [{ name: "gray", ...fields }] });

test.each([
  ["by address", { addresses: ["10.0.0.2:80"] }, [second]],
  [
    "by address, in place of the parameter",
    { addresses: ["10.0.0.9:80"] },
    [second, third, first].sort(),
  ],
  ["any host of a port", { addresses: ["0.0.0.0:80"] }, [first, second]],
  ["any host of a port, as a star", { addresses: ["*:81"] }, [third]],
  ["exact", { match: [{ key: "env", value: { exact: "gray-2" } }] }, [second]],
  ["prefix", { match: [{ key: "env", value: { prefix: "gray" } }] }, [second]],
  ["wildcard", { match: [{ key: "env", value: { wildcard: "g*2" } }] }, [second]],
  ["regex", { match: [{ key: "env", value: { regex: "gray-\\d" } }] }, [second]],
  ["noempty", { match: [{ key: "env", value: { noempty: "env" } }] }, [second]],
  ["empty", { match: [{ key: "env", value: { empty: "env" } }] }, [first, third]],
  ["neither, so that the parameter counts", {}, [first]],
  [
    "all tests",
    {
      match: [
        { key: "env", value: { prefix: "g" } },
        { key: "env", value: { exact: "x" } },
      ],
    },
    [first, second, third],
  ],
])("rules name endpoints: %s", (_, fields, expected) => {
  expect(route(tagRouter({ rules: rules(fields) }), endpoints, gray)).toEqual(expected);
});

test("endpoints that rules name take no calls without a tag", () => {
  const router = tagRouter({ rules: rules({ addresses: ["10.0.0.2:80"] }) });
  expect(route(router, endpoints)).toEqual([first, third]);
});

test("rules that are not enabled do nothing", () => {
  const router = tagRouter({
    rules: `enabled: false\nforce: true\ntags: [{name: gray, addresses: ["10.0.0.2:80"]}]`,
  });
  expect(route(router, endpoints, gray)).toEqual([first]);
});

test("rules that are replaced count for the calls to come", () => {
  const router = tagRouter();
  expect(router.setRules(rules({ addresses: ["10.0.0.3:81"] }))).toEqual({ ok: true });
  expect(route(router, endpoints, gray)).toEqual([third]);
  expect(router.revision).toBe(1);
});

test.each([
  ["tags:\n  - addresses: []", 2, "a tag needs name"],
  ["tags:\n  - name: ''", 2, "name must not be empty"],
  ["tags:\n  - name: a\n  - name: a", 3, "the tag 'a' stands twice"],
  [
    "tags:\n  - name: a\n    addresses:\n      - 10.0.0.1",
    4,
    "an address must be host:port, got '10.0.0.1'",
  ],
  ["tags:\n  - name: a\n    match:\n      - key: b", 4, "match needs value"],
  ["tags:\n  - name: a\n    match:\n      - {key: b, value: {}}", 4, "value needs one of exact"],
  [
    "tags:\n  - name: a\n    match:\n      - {key: b, value: {exact: a, prefix: b}}",
    4,
    "value needs one of exact",
  ],
  [
    "tags:\n  - name: a\n    match:\n      - key: b\n        value: {regex: '('}",
    5,
    "regex '(' is none",
  ],
  ["tags:\n  - name: a\n    adresses: []", 3, "a tag has no field 'adresses'"],
  ["tag: []", 1, "a tag rule has no field 'tag'"],
])("rules %j are refused at line %i", (text, line, reason) => {
  const router = tagRouter({ rules: rules({ addresses: ["10.0.0.3:81"] }) });
  const result = router.setRules(text);
  expect(result).toEqual({ ok: false, line, reason: expect.stringContaining(reason) });
  expect(route(router, endpoints, gray)).toEqual([third]);
});

test.each([
  [{ tag: 7 }, "tag must be text, got 7"],
  [{ force: "yes" }, "force must be true or false, got 'yes'"],
  [{ forced: true }, "unknown option 'forced'"],
  [{ rules: "tags: 7" }, "rules of tagRouter, line 1: tags must be a list, got 7"],
])("options %p are refused", (options, text) => {
  expect(() => tagRouter(options as never)).toThrow(text);
});

test("an endpoint whose parameters are named like members of objects is untagged", () => {
  const odd = [endpointAt("a:1?constructor=x")];
  expect(route(tagRouter({ tag: "gray" }), odd, routedCall())).toEqual(["a:1"]);
});

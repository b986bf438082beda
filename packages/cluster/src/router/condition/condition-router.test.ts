import { create } from "@bufbuild/protobuf";
import { methods } from "../../testing/greet-service.js";
import { callWith, endpointAt, route, routedCall, seededRandom } from "../../testing/routing.js";
import { conditionRouter } from "./condition-router.js";

const endpoints = [
  "10.0.0.1:80?env=gray&region=hangzhou",
  "10.0.0.2:80?env=prod&region=beijing",
  "10.0.1.3:81?env=prod&region=hangzhou&zone=z",
].map(endpointAt);
const [gray, prod, other] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.1.3:81"];
const all = [gray, prod, other];

/** What version 3.0 leaves of all for one rule. */
function chained(rule: string, call = routedCall(), head = ""): readonly string[] {
  const rules = `configVersion: v3.0\n${head}\nconditions: [${JSON.stringify(rule)}]`;
  const consumer = { application: "shop", host: "10.9.9.9", params: { region: "hangzhou" } };
  return route(conditionRouter(rules, consumer), endpoints, call);
}

const greeting = routedCall({ message: create(methods.unary.input, { name: "Ada" }) });

test.each([
  ["an empty side before the arrow fits every call", "=> env = gray", [gray]],
  ["true fits every call", "true => env = gray", [gray]],
  ["the method, as the proto has it", "method = Greet => env = gray", [gray]],
  ["the method, as the code has it", "method = greet => env = gray", [gray]],
  ["the method, with a wildcard", "method = gr* => env = gray", [gray]],
  ["another method", "method = look,put => env = gray", all],
  ["not this method", "method != greet => env = gray", all],
  ["the interface", "interface = greet.GreetService => env = gray", [gray]],
  ["the application that calls", "application = shop => env = gray", [gray]],
  ["another application", "application = bank => env = gray", all],
  ["the host that calls", "host = 10.9.* => env = gray", [gray]],
  ["a parameter of this side", "region = hangzhou => env = gray", [gray]],
  ["an argument by position", "arguments[0] = Ada => env = gray", [gray]],
  ["an argument by name", "arguments[name] = A* => env = gray", [gray]],
  ["an argument that is not there", "arguments[7] = A* => env = gray", all],
  ["a field that is not there", "arguments[name.first] = A* => env = gray", all],
  ["a host of endpoints", "=> host = 10.0.0.*", [gray, prod]],
  ["a port of endpoints", "=> port = 81~", [other]],
  ["an address of endpoints", "=> address = 10.0.0.1:80,10.0.1.3:81", [gray, other]],
  ["a zone of endpoints", "=> zone = z", [other]],
  ["a parameter that only some have", "=> zone != q", [other]],
  ["the same region as this side", "=> region = $region", [gray, other]],
  ["several conditions of endpoints", "=> region = $region & env != gray", [other]],
  ["an empty side behind the arrow blocks", "method = greet =>", []],
  ["false behind the arrow blocks", "method = greet => false", []],
  ["true behind the arrow leaves all", "=> true", all],
  ["a block of another method", "method = look =>", all],
  ["what would leave nothing is passed over", "=> env = none", all],
])("v3.0: %s", (_, rule, expected) => {
  expect(chained(rule, greeting)).toEqual(expected);
});

test("v3.0: attachments decide", () => {
  const rule = "attachments[user-level] = 1~5 => env = gray";
  expect(chained(rule, callWith({ "user-level": "3" }))).toEqual([gray]);
  expect(chained(rule, callWith({ "user-level": "6" }))).toEqual(all);
  expect(chained(rule, routedCall())).toEqual(all);
});

test("v3.0: a stream of requests has no arguments", () => {
  expect(chained("arguments[0] = Ada => env = gray", routedCall())).toEqual(all);
});

test("v3.0: with force a rule may leave nothing", () => {
  expect(chained("=> env = none", routedCall(), "force: true")).toEqual([]);
});

test("v3.0: rules that are not enabled do nothing", () => {
  expect(chained("=> env = gray", routedCall(), "enabled: false")).toEqual(all);
});

test("v3.0: each rule narrows what the one before it left", () => {
  const router = conditionRouter("conditions: ['=> env = prod', '=> region = hangzhou']");
  expect(route(router, endpoints)).toEqual([other]);
});

const shared = `configVersion: v3.1
conditions:
  - from: { match: method = greet }
    to: [{ match: env = gray, weight: 10 }, { match: env = prod, weight: 90 }]
`;

test("v3.1: destinations get their shares of the calls", () => {
  const router = conditionRouter(shared);
  const draw = seededRandom(4);
  let grays = 0;
  for (let i = 0; i < 10_000; i++) {
    const left = route(router, endpoints, routedCall({ draw: draw() }));
    expect([[gray], [prod, other]]).toContainEqual(left);
    if (left.length === 1) grays++;
  }
  expect(grays / 10_000).toBeCloseTo(0.1, 1);
});

test("v3.1: all attempts of a call have the same destination", () => {
  const router = conditionRouter(shared);
  for (const draw of [0.01, 0.3, 0.99]) {
    const call = routedCall({ draw });
    expect(router.keyOf(call)).toBe(router.keyOf(call));
  }
});

test("v3.1: a destination without endpoints leaves its share to the other", () => {
  const router = conditionRouter(shared);
  const rest = endpoints.slice(1);
  const draw = seededRandom(4);
  for (let i = 0; i < 200; i++) {
    expect(route(router, rest, routedCall({ draw: draw() }))).toEqual([prod, other]);
  }
});

/** What version 3.1 leaves for `conditions`, written as JSON. */
function weighted(conditions: unknown, head = ""): readonly string[] {
  const rules = `configVersion: v3.1\n${head}\nconditions: ${JSON.stringify(conditions)}`;
  return route(conditionRouter(rules), endpoints);
}

const toGray = { to: [{ match: "env = gray" }] };
const toProd = { to: [{ match: "env = prod" }] };
const toNone = { to: [{ match: "env = none" }] };

test.each<[string, unknown[], readonly string[]]>([
  ["the first rule that fits decides", [toGray, toProd], [gray]],
  ["the higher priority comes first", [toGray, { ...toProd, priority: 1 }], [prod, other]],
  ["a rule that leaves nothing is passed over", [toNone, toProd], [prod, other]],
  ["unless it insists", [{ ...toNone, force: true }, toProd], []],
  ["no rule leaves anything", [toNone], all],
  ["a rule of another method", [{ from: { match: "method = look" }, ...toGray }], all],
  ["a destination without match is all", [{ to: [{ weight: 1 }] }], all],
  ["no destination blocks", [{ from: { match: "method = greet" }, to: [] }], []],
  ["traffic that is disabled", [{ ...toGray, priority: 9 }, { trafficDisable: true }], []],
  [
    "disabled for another method",
    [{ from: { match: "method = look" }, trafficDisable: true }],
    all,
  ],
  [
    "a destination of weight 0 is never drawn",
    [{ to: [{ match: "env = gray", weight: 0 }, { match: "env = prod" }] }],
    [prod, other],
  ],
])("v3.1: %s", (_, conditions, expected) => {
  expect(weighted(conditions)).toEqual(expected);
});

test("v3.1: force of the whole text is the default of each rule", () => {
  expect(weighted([toNone], "force: true")).toEqual([]);
});

test.each([
  ["conditions: ['=> env = gray', 'env = gray']", 1, "=> is missing in env = gray"],
  ["conditions:\n  - => a = b\n  - => a =", 3, "a value is needed after 'a =', got the end"],
  ["conditions:\n  - a => b = c => d = e", 2, "=> stands more than once"],
  ["conditions:\n  - '=> method = a'", 2, "method is of the call"],
  ["conditions: 7", 1, "conditions must be a list, got 7"],
  ["force: true", 1, "a condition rule needs conditions"],
  ["- a", 1, "a condition rule must have fields"],
  ["configVersion: v4\nconditions: []", 1, "configVersion must be v3.0 or v3.1, got v4"],
  ["conditions: []\nforced: true", 2, "a condition rule has no field 'forced'"],
  ["conditions: []\nforce: maybe", 2, "force must be true or false, got 'maybe'"],
  ["configVersion: v3.0\nconditions:\n  - to: []", 3, "a condition of v3.0 must be text"],
  ["configVersion: v3.1\nconditions:\n  - => a = b", 3, "a condition of v3.1 must have fields"],
  [
    "conditions:\n  - to:\n    - weight: -1",
    3,
    "weight must be a number from 0 to 1000000, got -1",
  ],
  [
    "conditions:\n  - to:\n    - weight: .nan",
    3,
    "weight must be a number from 0 to 1000000, got NaN",
  ],
  ["conditions:\n  - to:\n    - weight: 0", 3, "the weights of to add up to 0"],
  ["conditions:\n  - from: { match: a }", 2, "= or != is needed after 'a'"],
  ["conditions:\n  - priority: high", 2, "priority must be a number"],
])("rules %j are refused at line %i", (text, line, reason) => {
  const router = conditionRouter("conditions: ['=> env = gray']");
  const result = router.setRules(text);
  expect(result).toEqual({ ok: false, line, reason: expect.stringContaining(reason) });
  expect(route(router, endpoints)).toEqual([gray]);
  expect(router.revision).toBe(0);
});

test("rules that are replaced count for the calls to come", () => {
  const router = conditionRouter("conditions: ['=> env = gray']");
  expect(router.setRules("conditions: ['=> env = prod']")).toEqual({ ok: true });
  expect(route(router, endpoints)).toEqual([prod, other]);
  expect(router.revision).toBe(1);
});

test("a router is not made of wrong rules, nor for a wrong consumer", () => {
  expect(() => conditionRouter("conditions:\n  - a")).toThrow(
    "rules of conditionRouter, line 2: => is missing in a",
  );
  expect(() => conditionRouter("conditions: []", { app: "x" } as never)).toThrow(
    "consumer of conditionRouter: unknown option 'app'",
  );
  expect(() => conditionRouter("conditions: []", { params: { a: 1 as never } })).toThrow(
    "a of consumer of conditionRouter must be text, got 1",
  );
});

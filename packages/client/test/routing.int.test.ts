/** Routers and subsets in a client, with servers on the loopback interface. */
import {
  conditionRouter,
  type LoadBalancer,
  roundRobin,
  tagRouter,
  weightShift,
} from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

test("calls with a tag go to servers with that tag, others to those without", async () => {
  const [gray, plain] = await Promise.all([bench.serve(), bench.serve()]);
  const url = [`${gray.url}?dubbo.tag=gray`, plain.url];
  const { stub } = bench.client({ url, routers: [tagRouter()] });
  await stub.unary({ text: "a" }, { attachments: { "dubbo.tag": "gray" } });
  await stub.unary({ text: "b" });
  await stub.unary({ text: "c" });
  expect([gray.attempts(), plain.attempts()]).toEqual([1, 2]);
});

test("a tag that is insisted on and no server has fails the call, and says why", async () => {
  const plain = await bench.serve();
  const { stub } = bench.client({ url: plain.url, routers: [tagRouter({ force: true })] });
  const error = await failureOf(stub.unary({}, { attachments: { "dubbo.tag": "gray" } }));
  expect(error).toMatchObject({
    message:
      "[unavailable] no endpoint of kinds.KindsService is left: router tag leaves none of the 1 that are known",
  });
});

test("a retry stays where the routers send the call", async () => {
  const [one, two, other] = await Promise.all([
    bench.serve({ unary: failing(() => new Error("broken")) }),
    bench.serve(),
    bench.serve(),
  ]);
  const url = [`${one.url}?version=2`, `${two.url}?version=2`, `${other.url}?version=1`];
  const routers = [weightShift({ shares: { "2": 1 } })];
  const { stub } = bench.client({ url, routers, retries: 2, loadBalance: roundRobin });
  for (let call = 0; call < 4; call++) await stub.unary({ text: "hi" });
  expect(two.attempts()).toBe(4);
  expect(other.attempts()).toBe(0);
});

test("rules that are replaced count for the next call; wrong ones change nothing", async () => {
  const [one, two] = await Promise.all([bench.serve(), bench.serve()]);
  const url = [`${one.url}?env=a`, `${two.url}?env=b`];
  const router = conditionRouter("conditions: ['method = unary => env = a']");
  const { stub } = bench.client({ url, routers: [router] });
  await stub.unary({ text: "1" });
  expect(router.setRules("conditions: ['method = unary => env']")).toMatchObject({ ok: false });
  await stub.unary({ text: "2" });
  expect(router.setRules("conditions: ['method = unary => env = b']")).toEqual({ ok: true });
  await stub.unary({ text: "3" });
  expect([one.attempts(), two.attempts()]).toEqual([2, 1]);
});

test("arguments of a call decide where it goes", async () => {
  const [one, two] = await Promise.all([bench.serve(), bench.serve()]);
  const url = [`${one.url}?env=a`, `${two.url}?env=b`];
  const rules =
    "conditions: ['arguments[text] = x* => env = a', 'arguments[text] != x* => env = b']";
  const { stub } = bench.client({ url, routers: [conditionRouter(rules)] });
  for (const text of ["x1", "y1", "x2", "y2", "y3"]) await stub.unary({ text });
  expect([one.attempts(), two.attempts()]).toEqual([2, 3]);
});

test("a client of many endpoints connects to a part of them", async () => {
  const served = await bench.serve();
  const url = Array.from({ length: 254 }, (_, i) => `127.0.0.${i + 1}:${served.server.port}`);
  const seen = new Set<string>();
  const note: LoadBalancer = {
    name: "note",
    createPicker: () => ({
      pick: (endpoints) => {
        for (const { id } of endpoints) seen.add(id);
        return endpoints[0];
      },
    }),
  };
  const { stub } = bench.client({ url, loadBalance: note, retries: 0 });
  for (let call = 0; call < 5; call++) await stub.unary({}).catch(() => undefined);
  expect(seen.size).toBe(20);
});

test.each([
  [{ routers: {} }, "routers must be a list, got {}"],
  [{ routers: [{}] }, "routers[0] must be a router with keyOf(), narrow(), got {}"],
  [{ routers: [{ keyOf() {}, narrow() {} }] }, "name of routers[0] must be text, got undefined"],
  [{ subset: { size: -1 } }, "subset.size must be a whole number from 1 to 100000, got -1"],
  [{ subset: true }, "subset must be an object, got true"],
])("options %p are refused", (options, text) => {
  expect(() => bench.client({ url: "tri://127.0.0.1:1", ...(options as object) })).toThrow(text);
});

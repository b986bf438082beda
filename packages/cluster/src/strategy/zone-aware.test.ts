import { Code } from "@connectrpc/connect";
import type { LiveEndpoint, Picker } from "@thrice/core";
import { CallBench, endpoint, nothingLeft } from "../testing/call-bench.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { zoneAware } from "./zone-aware.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

/** Endpoints named after their zone; of `ill` ones the client thinks ill. */
function zones(names: readonly string[], ill: readonly string[] = []) {
  const all = names.map((name) => ({ ...endpoint(name), zone: name.slice(0, -1) }));
  const view = { all, healthy: all.filter(({ id }) => !ill.includes(id)), isPanic: false };
  return { for: () => view, noteStart: () => {}, noteEnd: () => {} };
}

const failures = Array.from({ length: 6 }, () => failure());

describe("zoneAware", () => {
  test.each([
    {
      name: "its own zone first, then the others",
      names: ["us1", "eu1", "us2", "eu2"],
      asked: ["eu1", "eu2", "us1"],
    },
    {
      name: "others when the zone is empty",
      names: ["us1", "us2", "us3"],
      asked: ["us1", "us2", "us3"],
    },
    { name: "what there is", names: ["us1"], asked: ["us1", "us1", "us1"] },
  ])("asks $name", async ({ names, asked }) => {
    const strategy = zoneAware({ zone: "eu" });
    const endpoints = zones(names);
    const { wire } = await bench.play({ strategy, endpoints, script: failures });
    expect(wire.asked).toEqual(asked);
  });

  test("leaves the zone when those in it are not well", async () => {
    const endpoints = zones(["us1", "eu1", "eu2"], ["eu1", "eu2"]);
    const strategy = zoneAware({ zone: "eu" });
    const { wire } = await bench.play({ strategy, endpoints, script: [answer()] });
    expect(wire.asked).toEqual(["us1"]);
  });

  test("with force stays, and pauses as for the only endpoint", async () => {
    const strategy = zoneAware({ zone: "eu", force: true });
    const endpoints = zones(["us1", "eu1"], ["eu1"]);
    const { wire } = await bench.play({ strategy, endpoints, script: failures });
    expect(wire.requests).toMatchObject([
      { endpoint: "eu1", atMs: 0 },
      { endpoint: "eu1", atMs: 12.5 },
      { endpoint: "eu1", atMs: 37.5 },
    ]);
  });

  test("with force says so when there is none", async () => {
    const strategy = zoneAware({ zone: "eu", force: true });
    const { result, wire } = await bench.play({ strategy, endpoints: zones(["us1"]) });
    const rawMessage = "no endpoint of greet.GreetService in zone eu";
    expect(result).toMatchObject({ error: { code: Code.Unavailable, rawMessage } });
    expect(wire.asked).toEqual([]);
  });

  test("shows the balancer the same list from call to call", async () => {
    const shown = new Set<readonly LiveEndpoint[]>();
    const picker: Picker = {
      pick(endpoints) {
        shown.add(endpoints);
        return endpoints[0];
      },
    };
    const strategy = zoneAware({ zone: "eu" });
    const endpoints = zones(["us1", "eu1", "eu2"]);
    for (let call = 0; call < 3; call++) {
      await bench.play({ strategy, endpoints, picker, script: [answer()] });
    }
    expect([...shown].map((list) => list.map(({ id }) => id))).toEqual([["eu1", "eu2"]]);
  });

  test("refuses wrong options", () => {
    expect(() => zoneAware({ zone: "" })).toThrow("zone must be text, not empty, got ''");
    expect(() => zoneAware({} as never)).toThrow("zone must be text, not empty, got undefined");
    expect(() => zoneAware({ zone: "eu", force: 1 as never })).toThrow(
      "force must be true or false",
    );
  });
});

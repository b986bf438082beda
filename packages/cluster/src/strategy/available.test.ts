import { Code } from "@connectrpc/connect";
import { CallBench, endpoint, nothingLeft } from "../testing/call-bench.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { available } from "./available.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const gone = failure({ outcome: "connect-failed" });

describe("available", () => {
  test("takes the first endpoint, whatever the load balancer says", async () => {
    const picker = { pick: () => endpoint("picked") };
    const { wire } = await bench.play({ strategy: available, picker, script: [answer()] });
    expect(wire.asked).toEqual(["a"]);
  });

  test.each([
    { name: "skips those that are not well", weights: [100, 100, 100], well: [1, 2], asked: "b" },
    { name: "skips those without weight", weights: [0, 100, 100], well: [0, 1, 2], asked: "b" },
    {
      name: "takes one without weight if need be",
      weights: [0, 0, 0],
      well: [0, 1, 2],
      asked: "a",
    },
  ])("$name", async ({ weights, well, asked }) => {
    const all = weights.map((weight, at) => endpoint("abc".charAt(at), weight));
    const view = { all, healthy: all.filter((_, at) => well.includes(at)), isPanic: false };
    const endpoints = { for: () => view, noteStart: () => {}, noteEnd: () => {} };
    const { wire } = await bench.play({ strategy: available, endpoints, script: [answer()] });
    expect(wire.asked).toEqual([asked]);
  });

  test("goes on to the next one that can be reached", async () => {
    const script = [gone, gone, answer()];
    const { result, wire } = await bench.play({ strategy: available, script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "c" } });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test.each([
    { name: "retries are spent", policy: { retries: 1 }, asked: ["a", "b"] },
    { name: "there are none", policy: { retries: 0 }, asked: ["a"] },
  ])("stops when $name", async ({ policy, asked }) => {
    const { wire } = await bench.play({ strategy: available, policy, script: [gone, gone, gone] });
    expect(wire.asked).toEqual(asked);
  });

  test.each(["answered", "connection-lost", "attempt-timed-out"] as const)(
    "makes one attempt when that may have reached a handler: %s",
    async (outcome) => {
      const script = [failure({ outcome, code: Code.Unavailable })];
      const { result, wire } = await bench.play({ strategy: available, script });
      expect(result).toMatchObject({ ok: false, outcome });
      expect(wire.asked).toEqual(["a"]);
    },
  );
});

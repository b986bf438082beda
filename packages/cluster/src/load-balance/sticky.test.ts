import type { LiveEndpoint, LoadBalancer } from "@thrice/core";
import { CallBench, endpoint, nothingLeft, pickContext, strategy } from "../testing/call-bench.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { roundRobin } from "./round-robin.js";
import { sticky } from "./sticky.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const fail = (one: LiveEndpoint) => Object.assign(one.stats, { failed: one.stats.failed + 1 });

describe("sticky", () => {
  const [a, b, c] = [endpoint("a"), endpoint("b"), endpoint("c")];
  const all = [a, b, c];

  test("stays with what its balancer chose first", () => {
    const picker = sticky(roundRobin).createPicker();
    const picked = [1, 2, 3].map(() => picker.pick(all, pickContext())?.id);
    expect(picked).toEqual(["a", "a", "a"]);
  });

  test("has a slot for each method", () => {
    const shared = roundRobin.createPicker();
    const balancer: LoadBalancer = { name: "shared", createPicker: () => shared };
    const [one, other] = [sticky(balancer).createPicker(), sticky(balancer).createPicker()];
    expect(one.pick(all, pickContext())?.id).toBe("a");
    expect(other.pick(all, pickContext())?.id).toBe("b");
    expect(one.pick(all, pickContext())?.id).toBe("a");
  });

  test("moves on, and stays there, when its endpoint leaves", () => {
    const picker = sticky(roundRobin).createPicker();
    picker.pick(all, pickContext());
    expect(picker.pick([b, c], pickContext())?.id).toBe("b");
    expect(picker.pick(all, pickContext())?.id).toBe("b");
  });

  test("moves on when its endpoint is to take no more", () => {
    const picker = sticky(roundRobin).createPicker();
    picker.pick(all, pickContext());
    expect(picker.pick([{ ...a, weight: 0 }, b], pickContext())?.id).toBe("b");
  });

  test("moves on, and stays there, when its endpoint fails", () => {
    const mine = [endpoint("a"), endpoint("b")] as const;
    const picker = sticky(roundRobin).createPicker();
    picker.pick(mine, pickContext());
    fail(mine[0]);
    const context = pickContext({ excluded: [mine[0]] });
    expect(picker.pick([mine[1]], context)?.id).toBe("b");
    expect(picker.pick(mine, pickContext())?.id).toBe("b");
  });

  test("comes back after an attempt that was sent elsewhere on purpose", () => {
    const picker = sticky(roundRobin).createPicker();
    picker.pick(all, pickContext());
    expect(picker.pick([b, c], pickContext({ excluded: [a] }))?.id).toBe("b");
    expect(picker.pick(all, pickContext())?.id).toBe("a");
  });

  test("does not settle on what is excluded", () => {
    const mine = [endpoint("a"), endpoint("b")] as const;
    const picker = sticky(roundRobin).createPicker();
    picker.pick(mine, pickContext());
    fail(mine[0]);
    const context = pickContext({ excluded: mine });
    picker.pick(mine, context);
    const fresh = picker.pick([mine[1]], pickContext({ excluded: [mine[0]] }));
    expect(fresh?.id).toBe("b");
    expect(picker.pick(mine, pickContext())?.id).toBe("b");
  });

  test("knows its endpoint by id, since a new snapshot makes new objects", () => {
    const picker = sticky(roundRobin).createPicker();
    picker.pick(all, pickContext());
    const heavier = { ...a, weight: 7 };
    expect(picker.pick([b, heavier], pickContext())).toBe(heavier);
  });

  test("follows a failure through the calls of a strategy that does not retry", async () => {
    const picker = sticky(roundRobin).createPicker();
    const once = strategy((call) => call.attempt(call.pick()));
    const view = { all, healthy: all, isPanic: false };
    const endpoints = {
      for: () => view,
      noteStart: () => {},
      noteEnd: ({ endpoint: one }: { endpoint: LiveEndpoint }, { code }: { code: unknown }) => {
        if (code !== undefined) fail(one);
      },
    };
    const asked = async (script = [answer()]) =>
      (await bench.play({ strategy: once, picker, endpoints, script })).wire.asked;
    expect(await asked()).toEqual(["a"]);
    expect(await asked([failure()])).toEqual(["a"]);
    expect(await asked()).toEqual(["b"]);
    expect(await asked()).toEqual(["b"]);
  });

  test("is named after its balancer, and refuses what is none", () => {
    expect(sticky(roundRobin).name).toBe("sticky(roundRobin)");
    expect(sticky().name).toBe("sticky(peakEwma)");
    expect(() => sticky("random" as never)).toThrow("balancer must be a load balancer");
  });
});

import type { LiveEndpoint, Picker } from "@thrice/core";
import { endpoint, pickContext } from "../testing/call-bench.js";
import { roundRobin } from "./round-robin.js";

const turns = (picker: Picker, endpoints: readonly LiveEndpoint[], count: number) =>
  Array.from({ length: count }, () => picker.pick(endpoints, pickContext())?.id).join(" ");

const weighing = (weights: Record<string, number>) =>
  Object.entries(weights).map(([id, weight]) => endpoint(id, weight));

describe("roundRobin", () => {
  test.each([
    { weights: { a: 1 }, order: "a a a" },
    { weights: { a: 1, b: 1, c: 1 }, order: "a b c a b c" },
    { weights: { a: 100, b: 100 }, order: "a b a b" },
    { weights: { a: 5, b: 1, c: 1 }, order: "a a b a c a a a a b a c a a" },
    { weights: { a: 2, b: 1 }, order: "a b a a b a" },
    { weights: { a: 1, b: 2 }, order: "b a b b a b" },
    { weights: { a: 0.5, b: 1 }, order: "b a b b a b" },
    { weights: { a: 1, b: 0, c: 1 }, order: "a c a c" },
    { weights: { a: 0, b: 3 }, order: "b b b" },
    { weights: { a: 0, b: 0 }, order: "a b a b" },
  ])("takes turns by weight: $weights give $order", ({ weights, order }) => {
    const count = order.split(" ").length;
    expect(turns(roundRobin.createPicker(), weighing(weights), count)).toBe(order);
  });

  test("keeps the turns of those who stay when one comes and goes", () => {
    const picker = roundRobin.createPicker();
    expect(turns(picker, weighing({ a: 1, b: 1 }), 1)).toBe("a");
    expect(turns(picker, weighing({ a: 1, b: 1, c: 1 }), 3)).toBe("b c a");
    expect(turns(picker, weighing({ a: 1, b: 1 }), 2)).toBe("b a");
  });

  test("knows an endpoint by its id, since snapshots make new objects", () => {
    const picker = roundRobin.createPicker();
    expect(turns(picker, weighing({ a: 1, b: 1 }), 1)).toBe("a");
    expect(turns(picker, weighing({ a: 1, b: 1 }), 1)).toBe("b");
  });

  // What an endpoint had used up was forgotten when a retry left it out, so that it came again too soon.
  test("keeps the credit of an endpoint that one pick leaves out", () => {
    const picker = roundRobin.createPicker();
    const all = weighing({ a: 1, b: 1, c: 1 });
    expect(turns(picker, all, 1)).toBe("a");
    expect(turns(picker, all.slice(1), 1)).toBe("b");
    expect(turns(picker, all, 2)).toBe("c b");
  });

  test("follows a weight that changes", () => {
    const picker = roundRobin.createPicker();
    expect(turns(picker, weighing({ a: 1, b: 1 }), 2)).toBe("a b");
    expect(turns(picker, weighing({ a: 1, b: 0 }), 3)).toBe("a a a");
  });

  test("gives each picker turns of its own", () => {
    const endpoints = weighing({ a: 1, b: 1 });
    const [one, other] = [roundRobin.createPicker(), roundRobin.createPicker()];
    expect(turns(one, endpoints, 1)).toBe("a");
    expect(turns(other, endpoints, 1)).toBe("a");
  });

  test("has a name", () => {
    expect(roundRobin.name).toBe("roundRobin");
  });
});

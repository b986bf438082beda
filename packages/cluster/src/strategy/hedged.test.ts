import { Code } from "@connectrpc/connect";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";
import { type HedgedOptions, hedged } from "./hedged.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const after40 = hedged({ delayMs: 40 });

/** Latencies of a method as if they had been learned. */
const learned = (quantileMs: (share: number) => number | undefined) => ({
  note: () => {},
  quantileMs,
});

describe("hedged", () => {
  test("makes one attempt when the answer comes in time, and holds no timer after that", async () => {
    const script = [answer("a", { afterMs: 39 })];
    const { wire, endedAtMs, result } = await bench.play({ strategy: after40, script });
    expect(result.ok).toBe(true);
    expect(wire.asked).toEqual(["a"]);
    expect(endedAtMs).toBe(39);
  });

  test("asks another endpoint when it does not, and the first success wins", async () => {
    const script = [silence, answer("b", { afterMs: 5 })];
    const { wire, endedAtMs, result } = await bench.play({ strategy: after40, script });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(wire.requests).toMatchObject([
      { endpoint: "a", atMs: 0 },
      { endpoint: "b", atMs: 40 },
    ]);
    expect(wire.cancels).toMatchObject([{ attempt: 0, atMs: 45 }]);
    expect(endedAtMs).toBe(45);
  });

  test.each([
    { maxHedges: 1, names: ["a", "b", "c"], asked: ["a", "b"] },
    { maxHedges: 2, names: ["a", "b", "c"], asked: ["a", "b", "c"] },
    { maxHedges: 9, names: ["a", "b", "c"], asked: ["a", "b", "c"] },
    { maxHedges: 1, names: ["a"], asked: ["a"] },
  ])("sends at most $maxHedges hedges, and none where it went already: $names", async (row) => {
    const { maxHedges, names, asked } = row;
    const { wire } = await bench.play({
      strategy: hedged({ delayMs: 40, maxHedges }),
      script: [silence, silence, silence],
      names,
      timeoutMs: 1_000,
    });
    expect(wire.asked).toEqual(asked);
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual(asked.map((_, at) => at * 40));
  });

  test("is no more than failover for a call that may not be repeated", async () => {
    const policy = { retriesSet: false };
    const script = [answer("a", { afterMs: 500 })];
    const { wire } = await bench.play({ strategy: after40, script, policy });
    expect(wire.asked).toEqual(["a"]);
    const pure = { strategy: after40, script: [silence, answer()], policy, method: methods.pure };
    expect((await bench.play(pure)).wire.asked).toEqual(["a", "b"]);
  });

  test.each([
    { name: "what the method takes", options: {}, ms: 12, atMs: 12 },
    { name: "a millisecond at least", options: {}, ms: 0.2, atMs: 1 },
    { name: "what it takes, not delayMs", options: { share: 0.05, delayMs: 70 }, ms: 12, atMs: 12 },
    {
      name: "delayMs while little is known",
      options: { share: 0.05, delayMs: 70 },
      ms: undefined,
      atMs: 70,
    },
    { name: "delayMs alone", options: { delayMs: 70 }, ms: 12, atMs: 70 },
  ])("waits for $name", async ({ options, ms, atMs }) => {
    const call = { strategy: hedged(options), script: [silence, answer()] };
    const { wire } = await bench.play({ ...call, latencies: learned(() => ms) });
    expect(wire.requests[1]?.atMs).toBe(atMs);
  });

  test("asks for the quantile that leaves its share", async () => {
    const asked: number[] = [];
    const latencies = learned((share) => {
      asked.push(share);
      return undefined;
    });
    await bench.play({ strategy: hedged({ share: 0.02 }), script: [answer()], latencies });
    expect(asked).toEqual([0.98]);
  });

  test("does not hedge while nothing is known, unless told when", async () => {
    const latencies = learned(() => undefined);
    const call = { strategy: hedged(), script: [silence], latencies, timeoutMs: 5_000 };
    expect((await bench.play(call)).wire.asked).toEqual(["a"]);
  });
});

describe("hedged, budget", () => {
  test("comes back, ever later, while the budget is empty", async () => {
    let asked = 0;
    const budget = { hasBudget: () => ++asked > 4, take: () => true, noteSuccess: () => {} };
    const script = [silence, answer()];
    const { wire, result } = await bench.play({ strategy: after40, script, budget });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 40 + 80 + 100 + 100 + 100]);
    expect(result.ok).toBe(true);
  });

  test("leaves the first attempt alone when it stays empty", async () => {
    const budget = { hasBudget: () => false, take: () => false, noteSuccess: () => {} };
    const script = [answer("a", { afterMs: 900 })];
    const { wire, result } = await bench.play({ strategy: after40, script, budget });
    expect(result.ok).toBe(true);
    expect(wire.asked).toEqual(["a"]);
  });

  test("pays for a hedge as a hedge, for a retry as a retry", async () => {
    const taken: string[] = [];
    const take = (kind: string) => taken.push(kind) > 0;
    const budget = { hasBudget: () => true, take, noteSuccess: () => {} };
    const script = [silence, failure(), answer()];
    await bench.play({ strategy: after40, script, budget });
    expect(taken).toEqual(["hedge", "retry"]);
  });
});

describe("hedged, with retries", () => {
  test("goes on at once after a failure, and puts the hedge off", async () => {
    const script = [failure({ afterMs: 30 }), silence, answer("c", { afterMs: 5 })];
    const { wire, result } = await bench.play({ strategy: after40, script });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 30, 70]);
    expect(result).toMatchObject({ ok: true, endpoint: { id: "c" } });
  });

  test("retries a hedge that failed while the first attempt runs", async () => {
    const script = [silence, failure({ afterMs: 5 }), answer()];
    const { wire, result } = await bench.play({ strategy: after40, script });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 40, 45]);
    expect(result.ok).toBe(true);
  });

  test("waits where it has been everywhere", async () => {
    const script = [failure(), failure(), answer()];
    const { wire } = await bench.play({ strategy: after40, script, names: ["a"] });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 12.5, 37.5]);
  });

  test("counts the retries of all its attempts together", async () => {
    const script = Array.from({ length: 5 }, () => failure({ afterMs: 50 }));
    const call = { strategy: after40, script, names: ["a", "b", "c", "d", "e", "f"] };
    const { wire, result } = await bench.play(call);
    expect(wire.asked).toHaveLength(1 + 1 + 2);
    expect(result.ok).toBe(false);
  });

  test("waits for the attempt that runs when no retry is left", async () => {
    const script = [answer("a", { afterMs: 90 }), failure()];
    const policy = { retries: 0 };
    const { result, endedAtMs } = await bench.play({ strategy: after40, script, policy });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "a" } });
    expect(endedAtMs).toBe(90);
  });

  test("ends with a failure that is final, and stops what runs", async () => {
    const script = [silence, failure({ code: Code.NotFound })];
    const { result, wire, endedAtMs } = await bench.play({ strategy: after40, script });
    expect(result).toMatchObject({ ok: false, error: { code: Code.NotFound } });
    expect(wire.cancels).toMatchObject([{ attempt: 0 }]);
    expect(endedAtMs).toBe(40);
  });

  test("obeys a server that says stop: no hedge, no retry, what runs goes on", async () => {
    const strategy = hedged({ delayMs: 40, maxHedges: 5 });
    const stop = failure({ pushback: { kind: "stop" } });
    const script = [answer("a", { afterMs: 500 }), stop];
    const { result, wire } = await bench.play({ strategy, script });
    expect(wire.asked).toEqual(["a", "b"]);
    expect(result).toMatchObject({ ok: true, endpoint: { id: "a" } });
  });

  test("obeys a server that says when", async () => {
    const script = [failure({ pushback: { kind: "after", delayMs: 300 } }), answer()];
    const { wire } = await bench.play({ strategy: after40, script });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 300]);
  });

  test("answers with the last attempt that was sent when the budget allows no more", async () => {
    const budget = { hasBudget: () => false, take: () => false, noteSuccess: () => {} };
    const script = [failure({ text: "the first" })];
    const { result } = await bench.play({ strategy: after40, script, budget });
    const rawMessage = expect.stringContaining("the first");
    expect(result).toMatchObject({ outcome: "answered", error: { rawMessage } });
  });
});

describe("hedged, ends", () => {
  test("keeps the stream that begins first", async () => {
    const script = [openStream({ afterMs: 60 }), openStream({ afterMs: 5 })];
    const method = methods.serverStream;
    const call = bench.start({ strategy: after40, method, script });
    await call.clock.advance(100);
    expect(call.ended()?.result).toMatchObject({ ok: true, endpoint: { id: "b" } });
    expect(call.wire.open).toEqual([1]);
    call.wire.finish(1);
  });

  test("fails the call when the balancer throws, also for a hedge", async () => {
    let picks = 0;
    const picker = {
      pick: ([first]: readonly never[]) => {
        if (++picks > 1) throw new Error("no idea");
        return first;
      },
    };
    const { result } = await bench.play({ strategy: after40, picker, script: [silence] });
    const rawMessage = expect.stringContaining("no idea");
    expect(result).toMatchObject({ error: { code: Code.Internal, rawMessage } });
  });

  test.each([
    { options: { delayMs: 0 }, text: "delayMs must be a number from 1 to" },
    { options: { share: 0 }, text: "share must be a number from 0.0001 to 1, got 0" },
    { options: { share: 1.1 }, text: "share must be a number from 0.0001 to 1, got 1.1" },
    { options: { maxHedges: 0 }, text: "maxHedges must be a whole number from 1 to 100, got 0" },
    { options: { delay: 5 } as HedgedOptions, text: "did you mean 'delayMs'?" },
  ])("refuses $options", ({ options, text }) => {
    expect(() => hedged(options)).toThrow(text);
  });
});

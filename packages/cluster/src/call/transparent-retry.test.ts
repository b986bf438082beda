/** Attempts that are repeated below the strategy, since no handler can have seen them. */
import { Code } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { RetryBudget } from "../retry/retry-budget.js";
import { failfast } from "../strategy/failfast.js";
import { CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { answer, failure } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const unsent = failure({ outcome: "refused", neverSent: true, text: "not sent" });
const refused = failure({ outcome: "refused", text: "refused" });
const none = { retries: 0 };
const before = (requests: readonly { previousAttempts: number }[]) =>
  requests.map(({ previousAttempts }) => previousAttempts);

describe("a request that never left", () => {
  test("is sent again, on another endpoint, at once, with no retries and no budget", async () => {
    const budget = new RetryBudget({ maxTokens: 0 }, new FakeClock());
    const { result, wire, endedAtMs } = await bench.play({
      script: [unsent, answer()],
      policy: none,
      budget,
    });
    expect([result.ok, wire.asked, endedAtMs]).toEqual([true, ["a", "b"], 0]);
    expect(before(wire.requests)).toEqual([0, 0]);
  });

  test("is sent again and again, after growing pauses", async () => {
    const script = [unsent, unsent, unsent, unsent, answer()];
    const { result, wire } = await bench.play({ script, policy: none });
    expect(result.ok).toBe(true);
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 0, 12.5, 37.5, 87.5]);
  });

  test("is given up at the deadline, and not after it", async () => {
    const script = Array.from({ length: 20 }, () => unsent);
    const { result, endedAtMs } = await bench.play({ script, policy: none, timeoutMs: 100 });
    expect(result).toMatchObject({ ok: false, outcome: "refused" });
    expect(endedAtMs).toBeLessThan(100);
  });

  test("is given up when the caller cancels during a pause", async () => {
    const cancel = new AbortController();
    const script = [unsent, unsent];
    const call = bench.start({ script, policy: none, signal: cancel.signal });
    await call.clock.advance(5);
    cancel.abort();
    expect((await call.end).result).toMatchObject({ outcome: "cancelled" });
    expect(call.wire.asked).toHaveLength(2);
  });

  test("leaves a call all its retries", async () => {
    const script = [unsent, failure(), unsent, failure(), failure(), answer()];
    const { wire } = await bench.play({ script, random: () => 0, policy: { retries: 2 } });
    expect(before(wire.requests)).toEqual([0, 0, 1, 1, 2]);
  });

  test("is not sent again when its stream cannot be replayed", async () => {
    const { wire } = await bench.play({ script: [unsent], whyNotReplayable: () => "too large" });
    expect(wire.asked).toEqual(["a"]);
  });
});

describe("a request that a server refused", () => {
  test("is sent again once, by any strategy", async () => {
    const { result, wire, attempts } = await bench.play({
      strategy: failfast,
      script: [refused, answer()],
    });
    expect([result.ok, wire.asked, attempts.length]).toEqual([true, ["a", "b"], 2]);
  });

  test("is left to the policy when it is refused again", async () => {
    const { wire } = await bench.play({ script: [refused, refused], policy: none });
    expect(wire.asked).toEqual(["a", "b"]);
    const script = [refused, refused, refused, refused];
    const retried = await bench.play({ script, random: () => 0, policy: { retries: 2 } });
    expect(before(retried.wire.requests)).toEqual([0, 0, 1, 2]);
  });

  test("stays on an endpoint that its strategy meant", async () => {
    const last = strategy((call) => call.attempt(call.endpoints.at(-1)));
    const pinned = await bench.play({ strategy: last, script: [refused, answer()] });
    expect(pinned.wire.asked).toEqual(["c", "c"]);
    const all = strategy(async (call) => {
      const sent = call.endpoints.map((one) => call.attempt(one, { kind: "planned" }));
      return (await Promise.all(sent))[0] ?? call.attempt(undefined);
    });
    const script = [refused, answer(), answer(), answer()];
    const planned = await bench.play({ strategy: all, script });
    expect(planned.wire.asked).toEqual(["a", "a", "b", "c"]);
  });

  test("fails its call as internal when the load balancer throws", async () => {
    let picks = 0;
    const picker = {
      pick: ([first]: readonly never[]) => {
        if (picks++ > 0) throw new Error("no more");
        return first;
      },
    };
    const { result } = await bench.play({ script: [refused], picker });
    expect(result).toMatchObject({ error: { code: Code.Internal } });
  });
});

describe("waitForReady", () => {
  const down = failure({ outcome: "connect-failed" });
  const policy = { retries: 0, waitForReady: true };

  test("lets a call wait until an endpoint can be reached", async () => {
    const script = [down, down, down, answer()];
    const { result, wire } = await bench.play({ script, policy });
    expect(result.ok).toBe(true);
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 0, 12.5, 37.5]);
  });

  test("ends with the deadline", async () => {
    const script = Array.from({ length: 20 }, () => down);
    const { result } = await bench.play({ script, policy, timeoutMs: 200 });
    expect(result).toMatchObject({ ok: false, outcome: "connect-failed" });
  });

  test("unset, leaves what cannot be reached to the policy", async () => {
    const { wire } = await bench.play({ script: [down], policy: none });
    expect(wire.asked).toHaveLength(1);
  });
});

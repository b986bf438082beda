/**
 * gRPC's A6, on hedging, case by case.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
import {
  type A6Case,
  after,
  committed,
  down,
  fatal,
  hedging,
  stop,
  unsent,
} from "../testing/a6-calls.js";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { answer, failure, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

describe("a hedgingPolicy", () => {
  const slow = answer("late", { afterMs: 1_000 });
  const cases: readonly (A6Case & { readonly cancelled?: number })[] = [
    {
      title: "one that answers in time is not hedged",
      script: [answer("x", { afterMs: 99 })],
      at: [0],
      ok: true,
    },
    {
      title: "one that is late is",
      script: [slow, answer()],
      at: [0, 100],
      ok: true,
      cancelled: 1,
    },
    {
      title: "up to maxAttempts",
      script: [slow, slow, slow],
      at: [0, 100, 200],
      ok: true,
      cancelled: 2,
    },
    {
      title: "without a delay all go at once",
      script: [slow, slow, answer()],
      more: hedging({ hedgingDelay: undefined }),
      at: [0, 0, 0],
      ok: true,
      cancelled: 2,
    },
    {
      title: "one that fails brings the next at once",
      script: [failure({ afterMs: 30 }), answer()],
      at: [0, 30],
      ok: true,
    },
    {
      title: "and the one after that in its time",
      script: [failure({ afterMs: 30 }), slow, answer()],
      at: [0, 30, 130],
      ok: true,
      cancelled: 1,
    },
    { title: "all fail", script: [down, down, down], at: [0, 0, 0], ok: false },
    {
      title: "a fatal status ends all",
      script: [slow, fatal],
      at: [0, 100],
      ok: false,
      cancelled: 1,
    },
    { title: "a fatal status of the first", script: [fatal], at: [0], ok: false },
    {
      title: "no status is named as harmless",
      script: [down],
      more: hedging({ nonFatalStatusCodes: [] }),
      at: [0],
      ok: false,
    },
    {
      title: "headers commit the call",
      script: [slow, committed],
      at: [0, 100],
      ok: false,
      cancelled: 1,
    },
    { title: "a stop ends hedging, not what runs", script: [slow, stop], at: [0, 100], ok: true },
    {
      title: "a pushback puts the next one off",
      script: [after(250), slow, answer()],
      at: [0, 250, 350],
      ok: true,
      cancelled: 1,
    },
    {
      title: "a pushback of zero",
      script: [slow, after(0), answer()],
      at: [0, 100, 100],
      ok: true,
      cancelled: 1,
    },
    {
      title: "what never left is repeated and not counted",
      script: [unsent, slow, slow, slow],
      at: [0, 0, 100, 200],
      ok: true,
      cancelled: 2,
    },
    {
      title: "the deadline ends all",
      script: [silence, silence],
      more: { timeoutMs: 150 },
      at: [0, 100],
      ok: false,
      cancelled: 2,
    },
    {
      title: "a request beyond its buffer is not hedged",
      script: [slow],
      more: { whyNotReplayable: () => "too large" },
      at: [0],
      ok: true,
    },
  ];

  test.each(cases)(
    "$title: attempts at $at",
    async ({ script, more = {}, at, ok, cancelled = 0 }) => {
      const call = await bench.play({ ...hedging(), ...more, script });
      expect(call.wire.requests.map(({ atMs }) => atMs)).toEqual(at);
      expect(call.result.ok).toBe(ok);
      expect(call.wire.cancels).toHaveLength(cancelled);
    },
  );

  test("sends each hedge to another endpoint", async () => {
    const { wire } = await bench.play({ ...hedging(), script: [slow, slow, slow] });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test("answers with the last failure when all fail", async () => {
    const script = [down, down, failure({ text: "the last" })];
    const { result } = await bench.play({ ...hedging(), script });
    expect(result).toMatchObject({ error: { rawMessage: "the last" } });
  });
});

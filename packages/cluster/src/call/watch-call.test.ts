import type { CallEvents, CallReport } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { ClientEndpoints } from "../endpoints/client-endpoints.js";
import { p2c } from "../load-balance/p2c.js";
import { RetryBudget } from "../retry/retry-budget.js";
import { RouterChain } from "../router/router-chain.js";
import { broadcast } from "../strategy/broadcast.js";
import { hedged } from "../strategy/hedged.js";
import { zoneAware } from "../strategy/zone-aware.js";
import { type BenchCall, CallBench, nothingLeft, strategy } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

/** Plays a call, and keeps what is told of it, as short lines. */
async function told(call: BenchCall): Promise<string[]> {
  const lines: string[] = [];
  const events: CallEvents = {
    onCallStart: ({ call: { method } }) => lines.push(`call ${method.name}`),
    onAttemptStart: ({ attempt: { number, kind, endpoint, delayMs } }) =>
      lines.push(`${number} ${kind} to ${endpoint.id} after ${delayMs}`),
    onAttemptEnd: ({ attempt: { number }, outcome, code, durationMs }) =>
      lines.push(`${number} ${outcome} ${code} in ${durationMs}`),
    onCallEnd: ({ outcome, code, durationMs, attempts }) =>
      lines.push(`${outcome} ${code} in ${durationMs}, attempts ${attempts}`),
    onCallFinish: ({ durationMs }) => lines.push(`finished in ${durationMs}`),
  };
  await bench.play({ ...call, events });
  return lines;
}

describe("events", () => {
  test("tell of a call that succeeds at once", async () => {
    expect(await told({ script: [answer("hi", { afterMs: 7 })] })).toEqual([
      "call Greet",
      "1 first to a after 0",
      "1 answered ok in 7",
      "answered ok in 7, attempts 1",
      "finished in 7",
    ]);
  });

  test("tell of retries, and how long they were held back", async () => {
    const script = [failure({ afterMs: 3 }), failure(), answer()];
    expect(await told({ script })).toEqual([
      "call Greet",
      "1 first to a after 0",
      "1 answered unavailable in 3",
      "2 retry to b after 0",
      "2 answered unavailable in 0",
      "3 retry to c after 25",
      "3 answered ok in 0",
      "answered ok in 28, attempts 3",
      "finished in 28",
    ]);
  });

  test("tell transparent retries, hedges and what was planned apart", async () => {
    const unsent = failure({ outcome: "refused", neverSent: true });
    const hedge = { script: [silence, answer()], strategy: hedged({ delayMs: 10 }) };
    const kinds = async (call: BenchCall) =>
      (await told(call)).filter((line) => / to /.test(line)).map((line) => line.split(" ")[1]);
    expect(await kinds({ script: [unsent, answer()] })).toEqual(["first", "transparent"]);
    expect(await kinds(hedge)).toEqual(["first", "hedge"]);
    expect(
      await kinds({ script: [answer(), answer()], names: ["a", "b"], strategy: broadcast() }),
    ).toEqual(["first", "planned"]);
  });

  test("tell that the loser of a hedge was cancelled before its call has ended", async () => {
    const lines = await told({ script: [silence, answer()], strategy: hedged({ delayMs: 10 }) });
    expect(lines.slice(-4)).toEqual([
      "2 answered ok in 0",
      "1 cancelled canceled in 10",
      "answered ok in 10, attempts 2",
      "finished in 10",
    ]);
  });

  test("tell when a stream has been read", async () => {
    const lines: string[] = [];
    const events: CallEvents = {
      onCallEnd: () => lines.push("end"),
      onCallFinish: ({ durationMs }) => lines.push(`finish ${durationMs}`),
    };
    const call = bench.start({ script: [openStream()], method: methods.serverStream, events });
    await call.clock.advance(40);
    expect(lines).toEqual(["end"]);
    call.wire.finish(0);
    expect(lines).toEqual(["end", "finish 40"]);
  });

  test("of a call made anew tell of a call of its own", async () => {
    const anew = strategy((call) => call.redo(strategy((again) => again.attempt(again.pick()))));
    const lines = await told({ script: [answer()], strategy: anew });
    expect(lines.filter((line) => line.startsWith("call"))).toHaveLength(2);
    expect(lines).toContain("answered ok in 0, attempts 0");
    expect(lines).toContain("answered ok in 0, attempts 1");
  });

  test("stand for the same attempt with the same object", async () => {
    const seen = new Set<unknown>();
    const events: CallEvents = {
      onAttemptStart: ({ attempt }) => seen.add(attempt),
      onAttemptEnd: ({ attempt }) => seen.add(attempt),
    };
    await bench.play({ script: [failure(), answer()], events });
    expect(seen.size).toBe(2);
  });

  test("change nothing when a listener throws or rejects", async () => {
    const fail = () => {
      throw new Error("no");
    };
    const events: CallEvents = {
      onCallStart: fail,
      onAttemptStart: fail,
      onAttemptEnd: async () => fail(),
      onCallEnd: fail,
      onCallFinish: fail,
      onExplain: fail,
    };
    const { result } = await bench.play({ script: [failure(), answer()], events, onExplain: fail });
    expect(result.ok).toBe(true);
  });
});

test("a strategy sees the same of a call, whether anyone looks on or not", async () => {
  const seenBy = async (events?: CallEvents) => {
    const seen: unknown[] = [];
    const curious = strategy(async (call) => {
      const first = await call.attempt(call.pick());
      await call.pause(5);
      seen.push(call.method, call.message, call.header, call.excluded, call.policy, call.nowMs());
      seen.push(call.random(), call.clock.nowMs(), call.isRepeatable, call.attemptsAtPushback);
      seen.push(
        call.tried.map(({ id }) => id),
        call.endpoints.map(({ id }) => id),
      );
      seen.push(
        call.healthy.map(({ id }) => id),
        call.attempts,
        call.remainingMs(),
      );
      seen.push(call.hasBudget(), call.hasBudget("retry"), call.latencyQuantileMs(0.5));
      seen.push(first.ok, (await call.attempt(undefined)).ok);
      return call.attempt(call.pick({ exclude: call.tried }));
    });
    const header = new Headers({ who: "ada" });
    const script = [failure({ pushback: { kind: "after", delayMs: 3 } }), answer()];
    await bench.play({
      script,
      strategy: curious,
      timeoutMs: 500,
      header,
      ...(events && { events }),
    });
    return seen;
  };
  expect(await seenBy({})).toEqual(await seenBy());
});

/** The report of a call. */
async function explained(call: BenchCall): Promise<CallReport> {
  const reports: CallReport[] = [];
  await bench.play({ ...call, onExplain: (report) => reports.push(report) });
  expect(reports).toHaveLength(1);
  return reports[0] as CallReport;
}

describe("explain", () => {
  test("tells where each attempt went and why, and reads well", async () => {
    const clock = new FakeClock();
    const budget = new RetryBudget({}, clock);
    const script = [failure({ afterMs: 3 }), answer("hi", { afterMs: 5 })];
    const report = await explained({ script, clock, budget });
    expect(String(report).split("\n")).toEqual([
      "greet.GreetService/Greet: ok after 2 attempts in 8 ms; strategy failover, load balancer first",
      "  1. at 0 ms to a: first; the call's first attempt",
      "     3 known; 3 to choose from",
      "     answered, unavailable, after 3 ms",
      "     retry at once (budget 4)",
      "  2. at 3 ms to b: retry; attempt 1 failed: answered, unavailable",
      "     3 known; tried: a; 2 to choose from",
      "     answered, ok, after 5 ms",
    ]);
  });

  test("tells why a call stopped, and what ended it", async () => {
    const budget = new RetryBudget({ maxTokens: 0 }, new FakeClock());
    const report = await explained({ script: [failure()], budget });
    expect(report).toMatchObject({
      outcome: "answered",
      code: "unavailable",
      attempts: [{ decision: { kind: "stop", reason: "budget-spent", budgetTokens: 0 } }],
    });
    expect(String(report)).toContain("no retry: budget-spent (budget 0)");
  });

  test("tells what was not sent", async () => {
    const throttle = {
      isCalm: false,
      admits: () => false,
      noteEnd: () => {},
      describe: () => "the client holds calls back",
      heldBackRatio: () => 0.75,
    };
    const report = await explained({ throttle });
    expect(report.attempts).toEqual([]);
    expect(report.refusals).toEqual([
      {
        endpoint: "a",
        kind: "first",
        atMs: 0,
        reason: "the client holds calls back",
        budgetTokens: undefined,
        throttledRatio: 0.75,
      },
    ]);
    expect(String(report)).toContain(
      "  - at 0 ms to a: first, not sent; the client holds calls back (75 % of calls held back)",
    );
  });

  test("tells what the load balancer compared, and changes no choice", async () => {
    const draws = [0.9, 0.1, 0.4, 0.6, 0.2, 0.7];
    const drawing = () => {
      const left = [...draws];
      return () => left.shift() ?? 0.5;
    };
    const call = { script: [failure(), answer()], names: ["a", "b", "c", "d", "e"] };
    const run = () => ({ ...call, picker: p2c.createPicker(), random: drawing() });
    const plain = await bench.play(run());
    const reports: CallReport[] = [];
    const watched = await bench.play({ ...run(), onExplain: (report) => reports.push(report) });
    expect(watched.wire.asked).toEqual(plain.wire.asked);
    const choices = reports[0]?.attempts.map(({ choice }) => choice);
    expect(choices?.map((choice) => choice?.picked)).toEqual(plain.wire.asked);
    for (const choice of choices ?? []) {
      expect(choice?.weighed).toHaveLength(2);
      const cheapest = Math.min(...(choice?.weighed ?? []).map(({ cost }) => cost));
      expect(choice?.weighed.find(({ endpoint }) => endpoint === choice.picked)?.cost).toBe(
        cheapest,
      );
    }
  });

  test("tells what routers left, and by what", async () => {
    const clock = new FakeClock();
    const directory = {
      snapshot: () => snapshot,
    };
    const snapshot = {
      endpoints: ["a", "b", "c"].map((id) => ({
        id,
        address: { host: id, port: 1, params: { role: id === "c" ? "blue" : "green" } },
        weight: 100,
        zone: "",
      })),
      advertised: {},
    };
    const odd = {
      name: "odd",
      keyOf: () => "not-b",
      narrow: (endpoints: readonly { id: string }[]) => endpoints.filter(({ id }) => id !== "b"),
    };
    const chain = new RouterChain([odd as never]);
    const endpoints = new ClientEndpoints(directory, clock, undefined, { chain });
    const report = await explained({ clock, endpoints, script: [answer()] });
    expect(report.attempts[0]?.choice).toMatchObject({
      known: 3,
      routers: [{ name: "odd", key: "not-b", left: 2 }],
      routed: 2,
      used: 2,
    });
    expect(String(report)).toContain("3 known; 2 left by odd (not-b); 2 to choose from");
  });

  test("tells the decisions of a strategy with candidates of its own", async () => {
    const script = [failure(), answer()];
    const report = await explained({ script, strategy: zoneAware({ zone: "eu" }) });
    expect(report.attempts[0]?.decision).toMatchObject({ kind: "retry", afterMs: 0 });
  });

  test("has no choice for an endpoint that the strategy named itself", async () => {
    const last = strategy((call) => call.attempt(call.endpoints.at(-1)));
    const report = await explained({ script: [answer()], strategy: last });
    expect(report.attempts[0]).toMatchObject({ endpoint: "c", choice: undefined });
  });

  test("lists at most ten endpoints of a kind", async () => {
    const names = Array.from({ length: 30 }, (_, at) => `e${at}`);
    const picker = {
      pick: ([first]: readonly never[]) => first,
      explain: () => names.map((endpoint, cost) => ({ endpoint, cost })),
    };
    const report = await explained({ script: [answer()], names, picker });
    expect(report.attempts[0]?.choice?.weighed).toHaveLength(30);
    expect(String(report)).toContain("e9 costs 9 and 20 more");
  });

  test("survives a picker that cannot explain itself", async () => {
    const picker = {
      pick: ([first]: readonly never[]) => first,
      explain: () => {
        throw new Error("no idea");
      },
    };
    const report = await explained({ script: [answer()], picker });
    expect(report.attempts[0]?.choice).toMatchObject({ picked: "a", weighed: [] });
  });

  test("leaves out what is no endpoint with a cost", async () => {
    const explain = () => [null, 1, { endpoint: "a" }, { endpoint: "a", cost: 2 }] as never;
    const picker = { pick: ([first]: readonly never[]) => first, explain };
    const report = await explained({ script: [answer()], picker });
    expect(report.attempts[0]?.choice?.weighed).toEqual([{ endpoint: "a", cost: 2 }]);
  });

  test("tells what has become of a call that its caller cancelled", async () => {
    const cancel = new AbortController();
    const reports: CallReport[] = [];
    const call = bench.start({
      script: [silence],
      signal: cancel.signal,
      onExplain: (report) => reports.push(report),
    });
    await call.clock.advance(5);
    cancel.abort();
    await call.end;
    expect(String(reports[0]).split("\n").slice(0, 2)).toEqual([
      "greet.GreetService/Greet: canceled after 1 attempt in 5 ms; strategy failover, load balancer first",
      "  cancelled: the caller cancelled the call (1 attempt: a once)",
    ]);
  });
});

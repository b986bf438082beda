import { Code } from "@connectrpc/connect";
import type { LiveEndpoint, Picker } from "@thrice/core";
import { CallBench, ChangingDirectory, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { failover } from "./failover.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

/** As many failures as any of the tests below can use up. */
const failures = Array.from({ length: 10 }, () => failure());

describe("failover", () => {
  test("makes one attempt when it succeeds", async () => {
    const { result, wire, endedAtMs } = await bench.play({ script: [answer("hi")] });
    expect(result).toMatchObject({ ok: true, endpoint: { id: "a" }, answer: { kind: "unary" } });
    expect(wire.asked).toEqual(["a"]);
    expect(endedAtMs).toBe(0);
  });

  test.each([
    { retries: 0, attempts: 1 },
    { retries: 1, attempts: 2 },
    { retries: 2, attempts: 3 },
    { retries: 6, attempts: 7 },
  ])("with retries $retries makes $attempts attempts in all", async ({ retries, attempts }) => {
    const call = await bench.play({ script: failures, policy: { retries } });
    expect(call.wire.requests).toHaveLength(attempts);
    expect(call.attempts).toHaveLength(attempts);
    expect(call.result.ok).toBe(false);
  });

  test("answers with the first success", async () => {
    const script = [failure(), failure(), answer("third time"), failure()];
    const { result, wire } = await bench.play({ script, policy: { retries: 9 } });
    expect(result).toMatchObject({ ok: true, answer: { message: { greeting: "third time" } } });
    expect(wire.asked).toEqual(["a", "b", "c"]);
  });

  test("answers with the last failure when all fail", async () => {
    const script = [failure(), failure(), failure({ code: Code.Internal, text: "the last" })];
    const { result } = await bench.play({ script });
    expect(result).toMatchObject({ error: { code: Code.Internal, rawMessage: "the last" } });
  });

  test.each([
    { name: "unset and not safe", policy: { retriesSet: false }, code: Code.Unavailable },
    { name: "a status that is final", policy: {}, code: Code.NotFound },
  ])("stops after one attempt: $name", async ({ policy, code }) => {
    const { wire } = await bench.play({ script: [failure({ code })], policy });
    expect(wire.requests).toHaveLength(1);
  });

  test("unset, repeats what the proto says is safe", async () => {
    const policy = { retriesSet: false };
    const script = [failure(), answer()];
    const { result } = await bench.play({ script, policy, method: methods.pure });
    expect(result.ok).toBe(true);
  });

  test("asks each endpoint once, and any again when none is left", async () => {
    const { wire } = await bench.play({
      script: failures,
      names: ["a", "b", "c"],
      policy: { retries: 4 },
    });
    expect(wire.asked).toEqual(["a", "b", "c", "a", "a"]);
  });

  test("tells each attempt how many came before", async () => {
    const { wire } = await bench.play({ script: failures });
    expect(wire.requests.map(({ previousAttempts }) => previousAttempts)).toEqual([0, 1, 2]);
  });

  test("shows the balancer only what was not tried, and everything when all was", async () => {
    const shown: string[][] = [];
    const picker: Picker = {
      pick(endpoints: readonly LiveEndpoint[]) {
        shown.push(endpoints.map(({ id }) => id));
        return endpoints.at(-1);
      },
    };
    await bench.play({ script: failures, names: ["a", "b"], picker });
    expect(shown).toEqual([["a", "b"], ["a"], ["a", "b"]]);
  });

  test("has a name", () => {
    expect(failover.name).toBe("failover");
  });
});

describe("failover, pauses", () => {
  const startsOf = async (names: readonly string[], random: () => number, retries = 5) => {
    const { wire } = await bench.play({ script: failures, names, random, policy: { retries } });
    return wire.requests.map(({ atMs }) => atMs);
  };

  test.each([
    {
      name: "another endpoint at once",
      names: ["a", "b"],
      random: 0.5,
      ms: [0, 0, 25, 75, 175, 300],
    },
    {
      name: "the only one later",
      names: ["a"],
      random: 0.5,
      ms: [0, 12.5, 37.5, 87.5, 187.5, 312.5],
    },
    {
      name: "nearly the bounds",
      names: ["a"],
      random: 0.99,
      ms: [0, 24.75, 74.25, 173.25, 371.25, 618.75],
    },
    { name: "at best without pause", names: ["a"], random: 0, ms: [0, 0, 0, 0, 0, 0] },
  ])("goes to $name: $ms", async ({ names, random, ms }) => {
    expect(await startsOf(names, () => random)).toEqual(ms);
  });

  test("waits as long as the server says, then as long as the policy says for a first retry", async () => {
    const script = [failure({ pushback: { kind: "after", delayMs: 700 } }), failure(), answer()];
    const { wire } = await bench.play({ script });
    expect(wire.requests.map(({ atMs }) => atMs)).toEqual([0, 700, 712.5]);
  });

  test.each([
    {
      name: "a pushback of 0 goes at once",
      pushback: { kind: "after", delayMs: 0 },
      asked: ["a", "b"],
    },
    { name: "a pushback may forbid it", pushback: { kind: "stop" }, asked: ["a"] },
  ] as const)("obeys the server: $name", async ({ pushback, asked }) => {
    const { wire, endedAtMs } = await bench.play({ script: [failure({ pushback }), answer()] });
    expect(wire.asked).toEqual(asked);
    expect(endedAtMs).toBe(0);
  });
});

describe("failover, directory", () => {
  test("reads the endpoints anew before each attempt", async () => {
    const directory = new ChangingDirectory(["a"]);
    const script = [
      failure({ onStart: () => Object.assign(directory, { names: ["a", "d"] }) }),
      answer(),
    ];
    const { wire, endedAtMs } = await bench.play({ directory, script });
    expect(wire.asked).toEqual(["a", "d"]);
    expect(endedAtMs).toBe(0);
  });

  test("reads them after the pause, not before", async () => {
    const directory = new ChangingDirectory(["a"]);
    const { clock, wire, end } = bench.start({ directory, script: [failure(), answer()] });
    await clock.advance(10);
    directory.names = ["e"];
    await clock.advance(10);
    expect(wire.asked).toEqual(["a", "e"]);
    expect((await end).result.ok).toBe(true);
  });

  test("makes no attempt without an endpoint", async () => {
    const { result, attempts, wire } = await bench.play({ names: [] });
    expect(wire.requests).toEqual([]);
    expect(attempts).toEqual([]);
    expect(result).toMatchObject({
      endpoint: undefined,
      outcome: "rejected",
      error: { code: Code.Unavailable, rawMessage: "no endpoint is known for greet.GreetService" },
    });
  });

  test("stops when every endpoint has gone between two attempts", async () => {
    const directory = new ChangingDirectory(["a"]);
    const script = [failure({ onStart: () => Object.assign(directory, { names: [] }) })];
    const { result, wire } = await bench.play({ directory, script, policy: { retries: 9 } });
    expect(wire.asked).toEqual(["a"]);
    expect(result.ok).toBe(false);
  });

  // The error of the last attempt was replaced by the reason why there was no further one.
  test.each([
    { name: "no endpoint is left", empties: true, whyNot: undefined },
    { name: "the request cannot be replayed", empties: false, whyNot: "buffer is full" },
  ])("answers with the last attempt that was made when $name", async ({ empties, whyNot }) => {
    const directory = new ChangingDirectory(["a"]);
    const onStart = () => Object.assign(directory, { names: empties ? [] : ["a"] });
    const script = [failure({ code: Code.Internal, text: "disk is full", onStart })];
    const call = { directory, script, whyNotReplayable: () => whyNot };
    const { result, wire } = await bench.play(call);
    expect(wire.asked).toEqual(["a"]);
    expect(result).toMatchObject({ error: { code: Code.Internal, rawMessage: "disk is full" } });
  });
});

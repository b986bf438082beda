/**
 * gRPC's A6, case by case, as it comes out of a service config and the strategies that stand for it.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md
 */
import { Code } from "@connectrpc/connect";
import {
  type A6Case,
  after,
  committed,
  down,
  fatal,
  many,
  refused,
  retrying,
  stop,
  unreachable,
  unsent,
} from "../testing/a6-calls.js";
import { CallBench, nothingLeft } from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer, failure, openStream, silence } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const retryCases: readonly A6Case[] = [
  // attempts
  { title: "a success is not repeated", script: [answer()], at: [0], ok: true },
  { title: "a retryable status is", script: [down, answer()], at: [0, 100], ok: true },
  { title: "up to maxAttempts", script: many, at: [0, 100, 300, 600], ok: false },
  {
    title: "two of them",
    script: many,
    more: retrying({ maxAttempts: 2 }),
    at: [0, 100],
    ok: false,
  },
  {
    title: "five at most",
    script: many,
    more: retrying({ maxAttempts: 9 }),
    at: [0, 100, 300, 600, 900],
    ok: false,
  },
  // statuses
  { title: "another status is fatal", script: [fatal], at: [0], ok: false },
  { title: "also after a retry", script: [down, fatal], at: [0, 100], ok: false },
  {
    title: "a status by its number",
    script: [failure({ code: Code.Aborted }), answer()],
    more: retrying({ retryableStatusCodes: [10] }),
    at: [0, 100],
    ok: true,
  },
  {
    title: "unavailable is fatal when it is not listed",
    script: [down],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0],
    ok: false,
  },
  {
    title: "so is a connection that cannot be opened",
    script: [unreachable],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0],
    ok: false,
  },
  { title: "which is repeated if listed", script: [unreachable, answer()], at: [0, 100], ok: true },
  {
    title: "a connection that broke counts as unavailable",
    script: [failure({ outcome: "connection-lost" }), answer()],
    at: [0, 100],
    ok: true,
  },
  // backoff
  {
    title: "the least pause",
    script: many,
    more: { random: () => 0 },
    at: [0, 80, 240, 480],
    ok: false,
  },
  {
    title: "the longest pause",
    script: many,
    more: { random: () => 1 },
    at: [0, 120, 360, 720],
    ok: false,
  },
  {
    title: "a multiplier of one",
    script: many,
    more: retrying({ backoffMultiplier: 1 }),
    at: [0, 100, 200, 300],
    ok: false,
  },
  {
    title: "a multiplier below one",
    script: many,
    more: retrying({ backoffMultiplier: 0.5 }),
    at: [0, 100, 150, 175],
    ok: false,
  },
  {
    title: "an initial pause above the maximum",
    script: many,
    more: retrying({ maxBackoff: "0.05s" }),
    at: [0, 50, 100, 150],
    ok: false,
  },
  // pushback
  {
    title: "pushback is waited for to the letter",
    script: [after(7), answer()],
    at: [0, 7],
    ok: true,
  },
  { title: "of zero, not at all", script: [after(0), answer()], at: [0, 0], ok: true },
  { title: "above the maximum too", script: [after(5_000), answer()], at: [0, 5_000], ok: true },
  {
    title: "and lets pauses begin anew",
    script: [down, after(7), down, answer()],
    at: [0, 100, 107, 207],
    ok: true,
  },
  {
    title: "again and again",
    script: [after(7), after(8), after(9), down],
    at: [0, 7, 15, 24],
    ok: false,
  },
  {
    title: "it does not add attempts",
    script: Array.from({ length: 9 }, () => after(1)),
    at: [0, 1, 2, 3],
    ok: false,
  },
  {
    title: "it does not make a fatal status retryable",
    script: [failure({ code: Code.NotFound, pushback: { kind: "after", delayMs: 1 } })],
    at: [0],
    ok: false,
  },
  { title: "a stop is obeyed", script: [stop], at: [0], ok: false },
  { title: "a stop is obeyed later too", script: [down, stop], at: [0, 100], ok: false },
  // commit point
  { title: "headers commit the call", script: [committed], at: [0], ok: false },
  { title: "also after a retry", script: [down, committed], at: [0, 100], ok: false },
  {
    title: "a request beyond its buffer commits the call",
    script: [down],
    more: { whyNotReplayable: () => "too large" },
    at: [0],
    ok: false,
  },
  // transparent retries
  {
    title: "what never left is repeated at once",
    script: [unsent, answer()],
    at: [0, 0],
    ok: true,
  },
  { title: "without counting", script: [unsent, ...many], at: [0, 0, 100, 300, 600], ok: false },
  {
    title: "what was refused is repeated at once",
    script: [refused, answer()],
    at: [0, 0],
    ok: true,
  },
  {
    title: "once, then by the policy",
    script: [refused, refused, answer()],
    at: [0, 0, 100],
    ok: true,
  },
  {
    title: "once in a call",
    script: [refused, down, refused, answer()],
    at: [0, 0, 100, 300],
    ok: true,
  },
  {
    title: "by no policy, if it does not list unavailable",
    script: [refused, refused],
    more: retrying({ retryableStatusCodes: ["ABORTED"] }),
    at: [0, 0],
    ok: false,
  },
  {
    title: "what a handler saw is left to the policy",
    script: [down, answer()],
    at: [0, 100],
    ok: true,
  },
  // time
  {
    title: "a retry within the deadline",
    script: [down, answer()],
    more: { timeoutMs: 101 },
    at: [0, 100],
    ok: true,
  },
  { title: "none after it", script: [down], more: { timeoutMs: 100 }, at: [0], ok: false },
  {
    title: "pushback beyond it",
    script: [after(200)],
    more: { timeoutMs: 150 },
    at: [0],
    ok: false,
  },
  {
    title: "the deadline ends an attempt, and the call",
    script: [down, silence],
    more: { timeoutMs: 150 },
    at: [0, 100],
    ok: false,
  },
];

const base = retrying();

describe("a retryPolicy", () => {
  test.each(retryCases)("$title: attempts at $at", async ({ script, more = {}, at, ok }) => {
    const names = ["a"];
    const policy = { ...base.policy, ...more.policy };
    const { result, wire } = await bench.play({ names, ...more, policy, script });
    expect(wire.requests.map(({ atMs }) => Math.round(atMs))).toEqual(at);
    expect(result.ok).toBe(ok);
  });

  test("tells each attempt how many came before, transparent ones left out", async () => {
    const script = [unsent, down, refused, down, answer()];
    const { wire } = await bench.play({ ...base, script });
    expect(wire.requests.map(({ previousAttempts }) => previousAttempts)).toEqual([0, 0, 1, 1, 2]);
  });

  test("tells each attempt the time that is left", async () => {
    const { wire } = await bench.play({
      ...base,
      script: [down, down, answer()],
      timeoutMs: 1_000,
    });
    expect(wire.requests.map(({ timeoutMs }) => timeoutMs)).toEqual([1_000, 900, 700]);
  });

  test("is over when the caller cancels during a pause", async () => {
    const cancel = new AbortController();
    const call = bench.start({ ...base, script: [down], signal: cancel.signal });
    await call.clock.advance(50);
    cancel.abort();
    expect((await call.end).result).toMatchObject({ outcome: "cancelled" });
    expect(call.wire.requests).toHaveLength(1);
  });

  test("is over with the beginning of a stream", async () => {
    const call = bench.start({
      ...base,
      method: methods.serverStream,
      script: [down, openStream()],
    });
    await call.clock.advance(100);
    call.wire.finish(1);
    expect((await call.end).result.ok).toBe(true);
  });
});

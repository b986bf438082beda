import { Code } from "@connectrpc/connect";
import type { Outcome } from "@thrice/core";
import { seededRandom } from "../simulator/seeded-random.js";
import { ClientThrottle, type ThrottleOptions } from "./throttle.js";

/** Lets a throttle see `count` attempts that end as `outcome` and `code`. */
function see(
  throttle: ClientThrottle,
  count: number,
  nowMs: number,
  outcome: Outcome = "answered",
  code?: Code,
) {
  for (let i = 0; i < count; i++) throttle.noteEnd(outcome, code, nowMs);
}

const never = () => 0;
const fails = (throttle: ClientThrottle, count: number, nowMs: number) =>
  see(throttle, count, nowMs, "answered", Code.Unavailable);

/** Calls out of `calls` at `nowMs` that are let through, when chance lets none. */
const admitted = (throttle: ClientThrottle, nowMs: number, calls = 100) =>
  Array.from({ length: calls }, () => throttle.admits(nowMs, never)).filter(Boolean).length;

describe("ClientThrottle", () => {
  test("lets everything through while all is well, and after a few failures", () => {
    const throttle = new ClientThrottle();
    expect(admitted(throttle, 0)).toBe(100);
    fails(throttle, 10, 0);
    expect(admitted(throttle, 0)).toBe(100);
  });

  test.each([
    { accepted: 100, failed: 110, share: 0 },
    { accepted: 100, failed: 200, share: 90 / 301 },
    { accepted: 0, failed: 110, share: 100 / 111 },
  ])("after $failed failures and $accepted successes holds back $share", (row) => {
    const throttle = new ClientThrottle();
    see(throttle, row.accepted, 0);
    fails(throttle, row.failed, 0);
    admitted(throttle, 0, 5); // the floor
    expect(throttle.admits(0, () => row.share)).toBe(true);
    expect(throttle.admits(0, () => row.share - 0.001)).toBe(row.share === 0);
  });

  test("lets five calls a second through, whatever was before", () => {
    const throttle = new ClientThrottle();
    fails(throttle, 10_000, 0);
    const perSecond = [0, 1_000, 2_999, 3_000].map((nowMs) => admitted(throttle, nowMs));
    expect(perSecond).toEqual([5, 5, 5, 5]);
  });

  test("halves what it holds against the service with each success", () => {
    const throttle = new ClientThrottle({ floorPerSecond: 0 });
    fails(throttle, 400, 0);
    const shares: boolean[] = [];
    for (let success = 0; success < 7; success++) {
      see(throttle, 1, 0);
      shares.push(throttle.admits(0, () => 0.5));
    }
    expect(shares).toEqual([false, false, false, true, true, true, true]);
  });

  test("forgets failures after its window, slot by slot", () => {
    const throttle = new ClientThrottle({ floorPerSecond: 0 });
    fails(throttle, 50, 0);
    fails(throttle, 50, 5_000);
    const lets = (nowMs: number) => throttle.admits(nowMs, () => 0.8);
    expect([9_999, 10_000, 14_999].map(lets)).toEqual([false, true, true]);
    expect(throttle.admits(15_000, never)).toBe(true);
  });

  test.each([{ nowMs: -50_000 }, { nowMs: 1e12 }])(
    "forgets everything when the clock jumps to $nowMs",
    ({ nowMs }) => {
      const throttle = new ClientThrottle();
      fails(throttle, 1_000, 60_000);
      expect(admitted(throttle, nowMs)).toBe(100);
    },
  );

  test.each<{ outcome: Outcome; code?: Code; counts: "against" | "for" | "neither" }>([
    { outcome: "answered", counts: "for" },
    { outcome: "answered", code: Code.NotFound, counts: "for" },
    { outcome: "answered", code: Code.Internal, counts: "for" },
    { outcome: "answered", code: Code.Unknown, counts: "for" },
    { outcome: "answered", code: Code.Unavailable, counts: "against" },
    { outcome: "answered", code: Code.ResourceExhausted, counts: "against" },
    { outcome: "refused", code: Code.Unavailable, counts: "against" },
    { outcome: "connect-failed", code: Code.Unavailable, counts: "against" },
    { outcome: "connection-lost", code: Code.Unavailable, counts: "against" },
    { outcome: "attempt-timed-out", code: Code.DeadlineExceeded, counts: "against" },
    { outcome: "deadline-passed", code: Code.DeadlineExceeded, counts: "neither" },
    { outcome: "cancelled", code: Code.Canceled, counts: "neither" },
    { outcome: "rejected", code: Code.Unavailable, counts: "neither" },
  ])("counts $outcome $code $counts the service", ({ outcome, code, counts }) => {
    const throttle = new ClientThrottle({ slack: 0 });
    fails(throttle, 64, 0);
    see(throttle, 6, 0, outcome, code);
    const told = { against: "70 of 70", for: "1 of 7", neither: "64 of 64" }[counts];
    expect(throttle.describe()).toContain(`back: ${told} attempts in 10000 ms`);
  });

  test.each([
    { options: { ratio: 0.5 }, says: "throttle.ratio must be a number from 1 to 100, got 0.5" },
    { options: { windowMs: 0 }, says: "throttle.windowMs must be a number from 100 to 600000" },
    { options: { slack: -1 }, says: "throttle.slack must be a number from 0 to 1000000, got -1" },
    { options: { floorPerSecond: Number.NaN }, says: "throttle.floorPerSecond must be a number" },
    { options: { floor: 5 }, says: "unknown option 'floor'; did you mean 'floorPerSecond'" },
    { options: null, says: "throttle must be an object, got null" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => new ClientThrottle(options as unknown as ThrottleOptions)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});

/** Calls at an even pace against a service that is out from 0 to 30 s, after ten seconds of health. */
function playOutage(callsPerSecond: number, seed: number) {
  const throttle = new ClientThrottle();
  const random = seededRandom(seed);
  const sent = { outage: 0, heldAfter: 0, lastHeldMs: 0 };
  for (let nowMs = -10_000; nowMs < 40_000; nowMs += 1_000 / callsPerSecond) {
    const isOut = nowMs >= 0 && nowMs < 30_000;
    const atMs = nowMs + 100_000;
    if (throttle.admits(atMs, random)) {
      throttle.noteEnd("answered", isOut ? Code.Unavailable : undefined, atMs);
      if (isOut) sent.outage++;
    } else if (nowMs >= 30_000) {
      sent.heldAfter++;
      sent.lastHeldMs = nowMs - 30_000;
    }
  }
  return { load: sent.outage / (30 * callsPerSecond), backMs: sent.lastHeldMs };
}

describe.each([1, 2, 3])("an outage of 30 s (seed %i)", (seed) => {
  test("gets at most 0.35 times the load of a large client, which is back in half a second", () => {
    const { load, backMs } = playOutage(200, seed);
    expect(load).toBeLessThanOrEqual(0.35);
    expect(backMs).toBeLessThanOrEqual(500);
  });

  test("holds back no call of a small client", () => {
    expect(playOutage(4, seed)).toEqual({ load: 1, backMs: 0 });
  });
});

import { AttemptStats } from "./attempt-stats.js";
import type { StartedAttempt } from "./started-attempt.js";

/** An attempt that began at `startedMs`. */
function attempt(startedMs: number): StartedAttempt {
  return { startedMs, olderAttempt: undefined, newerAttempt: undefined };
}

/** Statistics with one attempt for each of `startsMs` under way. */
function busy(...startsMs: number[]) {
  const stats = new AttemptStats(0);
  const attempts = startsMs.map(attempt);
  for (const one of attempts) stats.noteStart(one);
  return { stats, attempts };
}

describe("oldestStartMs", () => {
  test("is Infinity while none is under way, before and after", () => {
    const { stats, attempts } = busy(5);
    expect(new AttemptStats(0).oldestStartMs).toBe(Number.POSITIVE_INFINITY);
    expect(stats.oldestStartMs).toBe(5);
    stats.noteEnd("good", attempts[0] as StartedAttempt, 6);
    expect(stats.oldestStartMs).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    { order: [0, 1, 2], oldest: [20, 30, Number.POSITIVE_INFINITY] },
    { order: [0, 2, 1], oldest: [20, 20, Number.POSITIVE_INFINITY] },
    { order: [1, 0, 2], oldest: [10, 30, Number.POSITIVE_INFINITY] },
    { order: [1, 2, 0], oldest: [10, 10, Number.POSITIVE_INFINITY] },
    { order: [2, 0, 1], oldest: [10, 20, Number.POSITIVE_INFINITY] },
    { order: [2, 1, 0], oldest: [10, 10, Number.POSITIVE_INFINITY] },
  ])("is $oldest when attempts begun at 10, 20, 30 end in order $order", ({ order, oldest }) => {
    const { stats, attempts } = busy(10, 20, 30);
    const seen = order.map((index) => {
      stats.noteEnd("neutral", attempts[index] as StartedAttempt, 40);
      return stats.oldestStartMs;
    });
    expect(seen).toEqual(oldest);
    expect(stats.inFlight).toBe(0);
  });

  test("is right again when more begin after some have ended", () => {
    const { stats, attempts } = busy(10, 20);
    stats.noteEnd("good", attempts[1] as StartedAttempt, 25);
    const later = attempt(30);
    stats.noteStart(later);
    stats.noteEnd("good", attempts[0] as StartedAttempt, 35);
    expect([stats.oldestStartMs, stats.inFlight]).toEqual([30, 1]);
    expect(later).toMatchObject({ olderAttempt: undefined, newerAttempt: undefined });
  });

  test("leaves an attempt that has ended without links", () => {
    const { stats, attempts } = busy(10, 20, 30);
    stats.noteEnd("good", attempts[1] as StartedAttempt, 40);
    expect(attempts[1]).toEqual(attempt(20));
    expect(attempts[0]?.newerAttempt).toBe(attempts[2]);
  });
});

describe("latencyMs", () => {
  /** Statistics after attempts that took so long, each ending at its time. */
  function after(...ends: { how?: "good" | "bad" | "neutral"; tookMs: number; atMs: number }[]) {
    const stats = new AttemptStats(0);
    for (const { how = "good", tookMs, atMs } of ends) {
      const one = attempt(atMs - tookMs);
      stats.noteStart(one);
      stats.noteEnd(how, one, atMs);
    }
    return stats;
  }

  test("is NaN until an attempt has ended", () => {
    expect(busy(1).stats.latencyMs).toBeNaN();
  });

  test("jumps up to a peak at once, and falls to 1/e of it in 10 s", () => {
    const peak = { tookMs: 100, atMs: 1_000 };
    expect(after({ tookMs: 10, atMs: 500 }, peak).latencyMs).toBe(100);
    expect(after(peak, { tookMs: 0, atMs: 11_000 }).latencyMs).toBeCloseTo(100 / Math.E);
  });

  test("counts a failure as 5 s, or as longer if it took longer", () => {
    expect(after({ how: "bad", tookMs: 1, atMs: 1 }).latencyMs).toBe(5_000);
    expect(after({ how: "bad", tookMs: 7_000, atMs: 7_000 }).latencyMs).toBe(7_000);
  });

  test("counts a failure as the pause that the server asks for", () => {
    const { stats, attempts } = busy(0);
    stats.noteEnd("bad", attempts[0] as StartedAttempt, 1, 200);
    expect(stats.latencyMs).toBe(200);
  });

  test.each([
    { tookMs: 5, latencyMs: 10 },
    { tookMs: 50, latencyMs: 50 },
  ])("after 10 ms and one given up on after $tookMs ms is $latencyMs", ({ tookMs, latencyMs }) => {
    const stats = after({ tookMs: 10, atMs: 10 }, { how: "neutral", tookMs, atMs: 100 });
    expect(stats.latencyMs).toBe(latencyMs);
    expect([stats.succeeded, stats.failed]).toEqual([1, 0]);
  });

  test("takes a clock that jumps ahead for a minute at most, and one that goes back for no time", () => {
    expect(after({ tookMs: 86_400_000, atMs: 86_400_000 }).latencyMs).toBe(60_000);
    const { stats, attempts } = busy(1_000);
    stats.noteEnd("good", attempts[0] as StartedAttempt, 400);
    expect(stats.latencyMs).toBe(0);
  });

  test("is finite and not negative after a clock has gone back and forth", () => {
    const stats = after(
      { tookMs: 10, atMs: 5_000 },
      { tookMs: 20, atMs: 100 },
      { tookMs: 5, atMs: 50 },
      { tookMs: 5, atMs: 9_000 },
    );
    expect(stats.latencyMs).toBeGreaterThanOrEqual(5);
    expect(stats.latencyMs).toBeLessThanOrEqual(20);
  });

  test("is let go of by a reset, which never raises it", () => {
    const stats = after({ how: "bad", tookMs: 1, atMs: 1 });
    stats.resetLatency(30, 2);
    expect([stats.latencyMs, stats.latencyAtMs]).toEqual([30, 2]);
    stats.resetLatency(90, 3);
    expect([stats.latencyMs, stats.latencyAtMs]).toEqual([30, 2]);
    stats.resetLatency(Number.NaN, 4);
    expect(stats.latencyMs).toBeNaN();
  });
});

import { AttemptStats } from "./attempt-stats.js";

const newStats = () => new AttemptStats(Number.NEGATIVE_INFINITY);

describe("oldestStartMs", () => {
  test("is that of the only attempt, and Infinity without one", () => {
    const stats = newStats();
    expect(stats.oldestStartMs).toBe(Number.POSITIVE_INFINITY);
    stats.noteStart(5);
    expect(stats.oldestStartMs).toBe(5);
    stats.noteEnd("good", 5, 9);
    expect(stats.oldestStartMs).toBe(Number.POSITIVE_INFINITY);
  });

  test("stays while newer attempts end", () => {
    const stats = newStats();
    for (const startMs of [1, 2, 3]) stats.noteStart(startMs);
    stats.noteEnd("good", 2, 10);
    stats.noteEnd("good", 3, 10);
    expect(stats.oldestStartMs).toBe(1);
  });

  // It stood still as long as attempts overlapped, and a busy endpoint looked as if it hung.
  test("moves on with attempts that overlap without end", () => {
    const stats = newStats();
    for (let startMs = 0; startMs < 1_000; startMs++) {
      stats.noteStart(startMs);
      if (startMs >= 10) stats.noteEnd("good", startMs - 10, startMs);
    }
    expect(999 - stats.oldestStartMs).toBeLessThanOrEqual(10);
  });

  test("falls ever further behind when one of them hangs", () => {
    const stats = newStats();
    for (let startMs = 0; startMs < 1_000; startMs++) {
      stats.noteStart(startMs);
      if (startMs >= 3 && startMs !== 13) stats.noteEnd("good", startMs - 3, startMs);
    }
    expect(999 - stats.oldestStartMs).toBeGreaterThan(150);
  });
});

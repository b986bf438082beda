import { AttemptStats } from "./attempt-stats.js";
import { latencyMsAt, StatsSlab } from "./stats-slab.js";

/** Statistics after one attempt of `tookMs` milliseconds, and another that is under way since 7. */
function seen(slab: StatsSlab, tookMs: number) {
  const stats = new AttemptStats(0, slab);
  const links = { olderAttempt: undefined, newerAttempt: undefined };
  const [ended, running] = [
    { startedMs: 0, ...links },
    { startedMs: 7, ...links },
  ];
  stats.noteStart(ended);
  stats.noteStart(running);
  stats.noteEnd("good", ended, tookMs);
  return { stats, running };
}

const numbersOf = ({ inFlight, latencyMs, latencyAtMs, oldestStartMs }: AttemptStats) => {
  return { inFlight, latencyMs, latencyAtMs, oldestStartMs };
};

test("each endpoint has numbers of its own, also after the slab has grown", () => {
  const slab = new StatsSlab(1);
  const all = Array.from({ length: 100 }, (_, at) => seen(slab, at + 1).stats);
  for (const [at, stats] of all.entries()) {
    const latencyMs = at + 1;
    const expected = { inFlight: 1, latencyMs, latencyAtMs: latencyMs, oldestStartMs: 7 };
    expect(numbersOf(stats)).toEqual(expected);
    expect(slab.values[stats.offset + latencyMsAt]).toBe(latencyMs);
  }
});

test("an endpoint that leaves takes its numbers along and goes on counting", () => {
  const slab = new StatsSlab();
  const { stats, running } = seen(slab, 30);
  const before = numbersOf(stats);
  stats.leaveSlab();
  expect(numbersOf(stats)).toEqual(before);
  expect(stats.slab).not.toBe(slab);
  stats.noteEnd("good", running, 107);
  expect(stats).toMatchObject({ inFlight: 0, latencyMs: 100, succeeded: 2 });
});

test("the line of one that left goes to the next, which begins with nothing and is left alone", () => {
  const slab = new StatsSlab();
  const { stats: old, running } = seen(slab, 30);
  const { offset } = old;
  old.leaveSlab();
  const fresh = new AttemptStats(0, slab);
  expect(fresh.offset).toBe(offset);
  expect(fresh).toMatchObject({ inFlight: 0, latencyMs: Number.NaN, latencyAtMs: 0 });
  old.noteEnd("bad", running, 50);
  expect(fresh).toMatchObject({ inFlight: 0, oldestStartMs: Number.POSITIVE_INFINITY });
});

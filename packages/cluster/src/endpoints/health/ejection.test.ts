import type { Outcome } from "@thrice/core";
import { HealthBench } from "../../testing/health-bench.js";

describe("an endpoint is ejected", () => {
  test.each([
    { failures: 4, healthy: "abcd" },
    { failures: 5, healthy: "bcd" },
  ])("after $failures failures in a row: $healthy are left", ({ failures, healthy }) => {
    const bench = new HealthBench();
    bench.fail("a", failures);
    expect(bench.healthy()).toBe(healthy);
  });

  test("not when a success comes between", () => {
    const bench = new HealthBench();
    bench.succeed("a", 10);
    bench.fail("a", 4);
    bench.succeed("a");
    bench.fail("a", 4);
    expect(bench.healthy()).toBe("abcd");
  });

  test.each([
    { good: 10, bad: 10, healthy: "abcd" },
    { good: 9, bad: 11, healthy: "bcd" },
  ])("with $good good of the last 20 attempts: $healthy are left", ({ good, bad, healthy }) => {
    const bench = new HealthBench({ health: { consecutiveFailures: 1_000 } });
    bench.succeed("a", good);
    bench.fail("a", bad);
    expect(bench.healthy()).toBe(healthy);
  });

  test("by its share of successes only once 20 attempts are known", () => {
    const bench = new HealthBench({ health: { consecutiveFailures: 1_000 } });
    bench.fail("a", 19);
    expect(bench.healthy()).toBe("abcd");
    bench.fail("a");
    expect(bench.healthy()).toBe("bcd");
  });

  test.each<{ outcome: Outcome; healthy: string }>([
    { outcome: "refused", healthy: "bcd" },
    { outcome: "connect-failed", healthy: "bcd" },
    { outcome: "connection-lost", healthy: "bcd" },
    { outcome: "attempt-timed-out", healthy: "bcd" },
    { outcome: "deadline-passed", healthy: "abcd" },
    { outcome: "cancelled", healthy: "abcd" },
    { outcome: "rejected", healthy: "abcd" },
  ])("by attempts that end as $outcome: $healthy are left", ({ outcome, healthy }) => {
    const bench = new HealthBench();
    bench.fail("a", 5, outcome);
    expect(bench.healthy()).toBe(healthy);
  });

  test("and both the reason and the time are told", () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    expect(bench.told).toEqual(["0 a out 250: 5 failures in a row"]);
    expect(bench.endpoints.healthCounters).toMatchObject({ ejections: 1, returns: 0 });
  });
});

describe("of the endpoints", () => {
  test.each([
    { names: ["a"], healthy: "a" },
    { names: ["a", "b"], healthy: "b" },
    { names: ["a", "b", "c"], healthy: "bc" },
    { names: ["a", "b", "c", "d"], healthy: "cd" },
    { names: ["a", "b", "c", "d", "e"], healthy: "cde" },
  ])("$names.length that all fail, at most max(1, 50 %) are ejected", ({ names, healthy }) => {
    const bench = new HealthBench({ names });
    for (const name of names) bench.fail(name, 9);
    expect(bench.healthy()).toBe(healthy);
  });

  test("another is ejected when there is room again, at its next failure", async () => {
    const bench = new HealthBench({ names: ["a", "b", "c"] });
    bench.fail("a", 5);
    bench.fail("b", 5);
    expect(bench.healthy()).toBe("bc");
    await bench.pass(250);
    bench.succeed("a");
    expect(bench.healthy()).toBe("abc");
    bench.fail("b");
    expect(bench.healthy()).toBe("ac");
  });

  test("all are used when more than half of those left are ejected, and none when one is left", () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    bench.fail("b", 5);
    expect(bench.healthy()).toBe("cd");
    bench.know("a", "b", "c");
    expect(bench.healthy()).toBe("abc");
    bench.know("a", "c");
    expect(bench.healthy()).toBe("c");
    bench.know("a");
    expect(bench.healthy()).toBe("a");
  });

  test("the lists are the same objects until an ejection begins or ends", async () => {
    const bench = new HealthBench();
    const { endpoints } = bench;
    const well = endpoints.for();
    expect(well.healthy).toBe(well.all);
    bench.succeed("a", 50);
    bench.fail("b", 4);
    expect(endpoints.for()).toBe(well);
    bench.fail("a", 5);
    const without = endpoints.for();
    expect(without.all).toBe(well.all);
    bench.fail("a");
    await bench.pass(240);
    expect(endpoints.for()).toBe(without);
    await bench.pass(10);
    bench.succeed("a");
    expect(endpoints.for().healthy).toBe(well.all);
  });
});

describe("an ejection", () => {
  test.each([
    { draw: 0, forMs: 250 },
    { draw: 0.5, forMs: 375 },
    { draw: 1, forMs: 500 },
  ])("lasts $forMs ms when chance draws $draw", async ({ draw, forMs }) => {
    const bench = new HealthBench({ draw });
    bench.fail("a", 5);
    await bench.pass(forMs - 5, 5);
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(5, 5);
    expect(bench.healthy()).toBe("abcd");
  });

  test("lasts twice as long each time that the call on trial fails, up to 30 s", async () => {
    const bench = new HealthBench({ draw: 1 });
    bench.fail("a", 5);
    const lasted: number[] = [];
    for (let round = 0; round < 8; round++) {
      const beganMs = bench.clock.nowMs();
      while (bench.healthy() === "bcd") await bench.clock.advance(500);
      lasted.push(bench.clock.nowMs() - beganMs);
      bench.fail("a");
    }
    expect(lasted).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test("is short again when the endpoint was well for 30 s", async () => {
    const bench = new HealthBench({ draw: 1 });
    bench.fail("a", 5);
    await bench.pass(500);
    bench.fail("a");
    await bench.pass(1_000);
    bench.succeed("a");
    await bench.pass(29_000, 1_000);
    bench.fail("a", 5);
    expect(bench.told.at(-1)).toContain("a out 2000");
    await bench.pass(2_000);
    bench.succeed("a");
    await bench.pass(30_000, 1_000);
    bench.fail("a", 5);
    expect(bench.told.at(-1)).toContain("a out 500");
  });

  test("ends with one call on trial, and no other goes there until that one has ended", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    await bench.pass(250);
    expect(bench.healthy()).toBe("abcd");
    const trial = bench.start("a");
    expect(bench.healthy()).toBe("bcd");
    bench.end(trial);
    expect(bench.healthy()).toBe("abcd");
    expect(bench.told.slice(1)).toEqual([
      "250 a trial: its time away is over",
      "250 a in 250: the call on trial went well",
    ]);
    expect(bench.endpoints.healthCounters).toMatchObject({ ejections: 1, returns: 1 });
  });

  test("goes on when the call on trial fails", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    await bench.pass(250);
    bench.fail("a");
    expect(bench.healthy()).toBe("bcd");
    expect(bench.told.at(-1)).toBe("250 a out 500: the call on trial failed");
  });

  test("is tried by the next call when the one on trial is given up on", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    await bench.pass(250);
    bench.fail("a", 1, "cancelled");
    expect(bench.healthy()).toBe("abcd");
    bench.succeed("a");
    expect(bench.told.at(-1)).toContain("a in 250");
  });

  test("is tried by another call after 30 s when the one on trial never ends", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    await bench.pass(250);
    bench.start("a");
    await bench.pass(29_990, 10_000);
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(10);
    expect(bench.healthy()).toBe("abcd");
  });

  test("is not lengthened or ended by attempts that began before it", async () => {
    const bench = new HealthBench();
    const old = [bench.start("a"), bench.start("a"), bench.start("a")] as const;
    bench.fail("a", 5);
    await bench.pass(100);
    bench.end(old[0]);
    bench.end(old[1], "connection-lost");
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(150);
    bench.end(old[2], "connection-lost");
    expect(bench.healthy()).toBe("abcd");
    expect(bench.told).toHaveLength(2);
  });

  test("ends when a call that was sent all the same goes well", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    await bench.pass(50);
    bench.fail("a");
    expect(bench.healthy()).toBe("bcd");
    bench.succeed("a");
    expect(bench.healthy()).toBe("abcd");
    expect(bench.told.at(-1)).toBe("50 a in 50: a call went well");
  });

  test("makes the latency half of the best peer's for the trial, and at most one and a half times as long after it", async () => {
    const bench = new HealthBench();
    bench.succeed("b", 1, 20);
    bench.succeed("c", 1, 10);
    bench.fail("a", 5);
    expect(bench.find("a").stats.latencyMs).toBe(5_000);
    await bench.pass(250);
    expect(bench.find("a").stats.latencyMs).toBe(5);
    bench.succeed("a", 1, 900);
    expect(bench.find("a").stats.latencyMs).toBe(12.5);
  });

  test("leaves no timer behind, and nothing happens while nobody calls", async () => {
    const bench = new HealthBench();
    bench.fail("a", 5);
    expect(bench.clock.pendingTimers).toBe(0);
    await bench.clock.advance(600_000);
    expect(bench.told).toHaveLength(1);
    expect(bench.healthy()).toBe("abcd");
  });
});

test("a clock that goes back ends what was to last, and one that jumps ahead does too", async () => {
  const bench = new HealthBench({ draw: 1 });
  const { clock } = bench;
  await clock.advance(1_000_000);
  bench.fail("a", 5);
  expect(bench.healthy()).toBe("bcd");
  const nowMs = jest.spyOn(clock, "nowMs").mockReturnValue(5);
  expect(bench.healthy()).toBe("abcd");
  bench.fail("a");
  expect(bench.healthy()).toBe("bcd");
  nowMs.mockReturnValue(10_000_000);
  expect(bench.healthy()).toBe("abcd");
  bench.succeed("a");
  expect(bench.healthy()).toBe("abcd");
});

test("a listener that throws changes nothing", () => {
  const fail = () => {
    throw new Error("no listener");
  };
  const bench = new HealthBench({ events: { onEject: fail } });
  bench.fail("a", 5);
  expect(bench.healthy()).toBe("bcd");
});

test("an attempt at an endpoint that the directory does not know ejects nobody", () => {
  const bench = new HealthBench({ names: ["a", "b"] });
  const old = Array.from({ length: 9 }, () => bench.start("a"));
  bench.know("b", "c");
  expect(bench.healthy()).toBe("bc");
  for (const attempt of old) bench.end(attempt, "connection-lost");
  expect(bench.healthy()).toBe("bc");
  bench.fail("b", 5);
  expect(bench.healthy()).toBe("c");
});

describe("an endpoint that leaves the directory while it is ejected", () => {
  test("is ejected when it comes back soon, for what is left of its time", async () => {
    const bench = new HealthBench({ draw: 1 });
    bench.fail("a", 5);
    bench.know("b", "c", "d");
    await bench.pass(300);
    bench.know("a", "b", "c", "d");
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(200);
    expect(bench.healthy()).toBe("abcd");
  });

  test("leaves room for another to be ejected", () => {
    const bench = new HealthBench({ names: ["a", "b", "c"] });
    bench.fail("a", 5);
    bench.know("b", "c");
    bench.healthy();
    bench.fail("b", 5);
    expect(bench.healthy()).toBe("c");
  });
});

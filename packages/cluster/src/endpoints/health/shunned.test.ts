import { HealthBench, type HealthBenchInit } from "../../testing/health-bench.js";

/** A bench on which each of three endpoints is known to answer in 10 ms; from 100 ms on an answer is slow. */
async function settled(init: HealthBenchInit = {}) {
  const bench = new HealthBench({ names: ["a", "b", "c"], draw: 1, ...init });
  await bench.clock.advance(1_000);
  for (const name of ["a", "b", "c"]) bench.succeed(name, 20, 10);
  await bench.clock.advance(1_000);
  bench.succeed("b", 1, 10);
  return bench;
}

/** Time passes while every 10 ms a call goes to one of the others, as when a load balancer shuns `a`. */
async function shun(bench: HealthBench, forMs: number) {
  for (let passedMs = 0; passedMs < forMs; passedMs += 10) {
    await bench.pass(10);
    bench.succeed(passedMs % 20 === 0 ? "b" : "c", 1, 10);
  }
}

describe("an endpoint that gets no calls any more after a slow one", () => {
  test("is put on probation, and comes back when its call on trial is quick", async () => {
    const bench = await settled();
    bench.succeed("a", 1, 500);
    await shun(bench, 490);
    expect(bench.healthy()).toBe("abc");
    await shun(bench, 20);
    expect(bench.healthy()).toBe("bc");
    await shun(bench, 1_000);
    expect(bench.find("a").stats.latencyMs).toBe(5);
    bench.succeed("a", 1, 10);
    expect(bench.told).toEqual([
      "2500 a out 1000: after one that took 500 ms it got none of 49 attempts",
      "3500 a trial: its time away is over",
      "3510 a in 1010: the call on trial went well",
    ]);
  });

  test("gets one call a second while those are slow", async () => {
    const bench = await settled();
    bench.succeed("a", 1, 500);
    await shun(bench, 1_510);
    for (let round = 0; round < 3; round++) {
      expect(bench.healthy()).toBe("abc");
      bench.succeed("a", 1, 500);
      expect(bench.healthy()).toBe("bc");
      await shun(bench, 1_000);
    }
  });

  test.each([
    { usualMs: 60, tookMs: 400, healthy: "abc" },
    { usualMs: 60, tookMs: 500, healthy: "bc" },
  ])(
    "is left to the load balancer if it always takes longer: $usualMs ms, then $tookMs ms",
    async ({ usualMs, tookMs, healthy }) => {
      const bench = await settled();
      bench.succeed("a", 60, usualMs);
      bench.succeed("a", 1, tookMs);
      await shun(bench, 510);
      expect(bench.healthy()).toBe(healthy);
    },
  );

  test("is left alone while others got too few calls to tell", async () => {
    const bench = await settled();
    bench.succeed("a", 1, 500);
    bench.succeed("b", 14, 10);
    await bench.pass(5_000);
    expect(bench.healthy()).toBe("abc");
    bench.succeed("b");
    await bench.pass(500);
    expect(bench.healthy()).toBe("bc");
  });

  test("is left alone while one of its attempts is under way", async () => {
    const bench = await settled();
    const attempt = bench.start("a");
    bench.succeed("a", 1, 500);
    await shun(bench, 5_000);
    expect(bench.healthy()).toBe("abc");
    bench.end(attempt, "cancelled");
    await shun(bench, 500);
    expect(bench.healthy()).toBe("bc");
  });

  test("leaves nothing to be done once it is quick again", async () => {
    const bench = await settled();
    bench.succeed("a", 1, 101);
    for (let i = 0; i < 300; i++) {
      await bench.pass(50);
      bench.succeed("a", 1, 10);
      bench.succeed("b", 1, 10);
    }
    await shun(bench, 2_000);
    expect(bench.told).toEqual([]);
  });

  test("is put on probation after others are back, if too many were out", async () => {
    const bench = await settled({ names: ["a", "b", "c"] });
    bench.fail("c", 5);
    bench.succeed("a", 1, 500);
    await bench.pass(400);
    bench.succeed("b", 20, 10);
    await bench.pass(90);
    expect(bench.told).toHaveLength(1);
    await bench.pass(20);
    bench.succeed("c", 1, 10);
    await bench.pass(600);
    expect(bench.told.at(-1)).toContain("a out 1000: after one that took 500 ms");
  });
});

describe("an endpoint that left calls without an answer", () => {
  /** A bench whose probes say what `state.well` is at the time, and a call to `a` that passed its deadline. */
  async function halted() {
    const state = { well: false };
    const bench = await settled({ probe: async () => state.well });
    bench.end(bench.start("a", 1_000), "deadline-passed");
    await shun(bench, 510);
    expect(bench.told.at(-1)).toContain("a out 1000: after one that took 1000 ms");
    return { bench, state };
  }

  test("takes no further call until a probe goes well, and then at once", async () => {
    const { bench, state } = await halted();
    await shun(bench, 10_000);
    expect(bench.healthy()).toBe("bc");
    state.well = true;
    await shun(bench, 260);
    expect(bench.healthy()).toBe("abc");
    bench.succeed("a", 1, 10);
    expect(bench.told.at(-1)).toContain("the call on trial went well");
  });

  test("is tried less and less often if it answers probes and nothing else", async () => {
    const { bench, state } = await halted();
    state.well = true;
    const triedMs: number[] = [];
    for (let passedMs = 0; passedMs < 20_000; passedMs += 10) {
      await shun(bench, 10);
      if (bench.healthy() === "bc") continue;
      triedMs.push(bench.clock.nowMs());
      const attempt = bench.start("a");
      await shun(bench, 1_000);
      bench.end(attempt, "deadline-passed");
    }
    expect(bench.told.at(-1)).toContain("the call on trial got no answer");
    const pauses = triedMs.slice(1).map((atMs, at) => atMs - (triedMs[at] as number));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000].map((outMs) => 1_000 + outMs));
  });

  test("is probed too when attempts pile up there", async () => {
    const asked: string[] = [];
    const bench = await settled({ probe: async ({ id }) => asked.push(id) < 0 });
    for (let i = 0; i < 20; i++) {
      await bench.pass(10);
      bench.succeed("b", 1, 10);
      bench.start("a");
    }
    expect(bench.healthy()).toBe("bc");
    await shun(bench, 2_000);
    expect(bench.healthy()).toBe("bc");
    expect(new Set(asked)).toEqual(new Set(["a"]));
  });
});

import { HealthBench } from "../../testing/health-bench.js";

/** A bench on which each endpoint is known to answer in 50 ms; from 150 ms on an answer is slow. */
async function settled(names = ["a", "b", "c", "d"]) {
  const bench = new HealthBench({ names, draw: 1 });
  await bench.clock.advance(1_000);
  for (const name of names) bench.succeed(name, 20, 50);
  await bench.clock.advance(1_000);
  bench.succeed("b", 1, 50);
  return bench;
}

describe("an endpoint is put on probation", () => {
  test.each([
    { slow: 9, healthy: "abcd" },
    { slow: 10, healthy: "bcd" },
  ])("when $slow of its last 20 answers were slow: $healthy", async ({ slow, healthy }) => {
    const bench = await settled();
    bench.succeed("a", slow, 150);
    expect(bench.healthy()).toBe(healthy);
  });

  test.each([
    { tookMs: 149, healthy: "abcd" },
    { tookMs: 150, healthy: "bcd" },
  ])("by answers from 3 times the median on: $tookMs ms, $healthy", async ({ tookMs, healthy }) => {
    const bench = await settled();
    bench.succeed("a", 20, tookMs);
    expect(bench.healthy()).toBe(healthy);
  });

  test("by calls that were given up on after so long", async () => {
    const bench = await settled();
    for (let i = 0; i < 10; i++) bench.end(bench.start("a", 1_000), "deadline-passed");
    expect(bench.healthy()).toBe("bcd");
  });

  test("when there are two of them", async () => {
    const bench = await settled(["a", "b"]);
    bench.succeed("a", 10, 500);
    expect(bench.healthy()).toBe("b");
  });

  test("and the reason is told", async () => {
    const bench = await settled();
    bench.succeed("a", 10, 500);
    const reason = "10 of the last 20 attempts took 150 ms or more, far longer than elsewhere";
    expect(bench.told).toEqual([`2000 a out 1000: ${reason}`]);
  });

  test("not by answers below 100 ms, however quick the others are", async () => {
    const bench = new HealthBench();
    for (const name of ["b", "c", "d"]) bench.succeed(name, 20, 1);
    await bench.clock.advance(1_000);
    bench.succeed("b", 1, 1);
    bench.succeed("a", 20, 99);
    expect(bench.healthy()).toBe("abcd");
  });

  test("not while no other is known, nor when the rule is turned off", async () => {
    const alone = new HealthBench();
    alone.succeed("a", 20, 10);
    await alone.clock.advance(1_000);
    alone.succeed("a", 20, 60_000);
    expect(alone.healthy()).toBe("abcd");
    const off = new HealthBench({ health: { slowRatio: 0 } });
    for (const name of ["a", "b"]) off.succeed(name, 20, 10);
    await off.clock.advance(1_000);
    off.succeed("a", 20, 60_000);
    expect(off.healthy()).toBe("abcd");
  });
});

describe("on probation", () => {
  test("an endpoint gets one call a second until one of them is quick", async () => {
    const bench = await settled();
    bench.succeed("a", 10, 500);
    for (let round = 0; round < 3; round++) {
      await bench.pass(990);
      expect(bench.healthy()).toBe("bcd");
      await bench.pass(10);
      expect(bench.healthy()).toBe("abcd");
      bench.succeed("a", 1, 500);
      expect(bench.healthy()).toBe("bcd");
    }
    await bench.pass(1_000);
    bench.succeed("a", 1, 60);
    await bench.pass(5_000);
    expect(bench.healthy()).toBe("abcd");
    expect(bench.told.at(-1)).toContain("the call on trial went well");
  });

  test("it is not probed, as probes do not see what is wrong", async () => {
    const asked: string[] = [];
    const probe = async ({ id }: { id: string }) => asked.push(id) > 0;
    const bench = new HealthBench({ probe });
    for (const name of ["a", "b"]) bench.succeed(name, 20, 10);
    await bench.clock.advance(1_000);
    bench.succeed("b", 1, 10);
    bench.succeed("a", 10, 900);
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(490);
    expect(asked).toEqual([]);
  });

  test("it is ejected as failing when its call fails", async () => {
    const bench = await settled();
    bench.succeed("a", 10, 500);
    await bench.pass(1_000);
    bench.fail("a");
    expect(bench.told.at(-1)).toContain("a out 500: the call on trial failed");
  });
});

describe("an endpoint that hangs", () => {
  /** Begins an attempt at `a` every 10 ms, while `b` answers. */
  async function hang(bench: HealthBench, count: number) {
    for (let i = 0; i < count; i++) {
      await bench.clock.advance(10);
      bench.succeed("b", 1, 5);
      bench.start("a");
    }
  }

  test.each([
    { count: 15, healthy: "abcd" },
    { count: 16, healthy: "bcd" },
  ])(
    "is out when $count attempts in 10 ms each got no answer: $healthy",
    async ({ count, healthy }) => {
      const bench = await settled();
      await hang(bench, count);
      expect(bench.healthy()).toBe(healthy);
    },
  );

  test("is told of with what is under way, and how long nothing has come", async () => {
    const bench = await settled();
    await hang(bench, 16);
    const reason = "16 attempts under way, and no answer for 150 ms, far longer than elsewhere";
    expect(bench.told).toEqual([`2160 a out 1000: ${reason}`]);
  });

  test("is not out while it answers now and then", async () => {
    const bench = await settled();
    for (let round = 0; round < 5; round++) {
      await hang(bench, 14);
      bench.end(bench.start("a", 20));
    }
    expect(bench.healthy()).toBe("abcd");
  });

  test("is not out while no more than ten attempts are under way", async () => {
    const bench = await settled();
    await hang(bench, 9);
    for (let i = 0; i < 100; i++) {
      await bench.clock.advance(10);
      bench.succeed("b", 1, 5);
      bench.end(bench.start("a"), "cancelled");
    }
    expect(bench.healthy()).toBe("abcd");
  });

  test("is not taken for one when it is this process that has paused", async () => {
    const bench = await settled();
    await hang(bench, 10);
    await bench.clock.advance(1_000);
    bench.start("a");
    expect(bench.healthy()).toBe("abcd");
    await hang(bench, 14);
    expect(bench.healthy()).toBe("abcd");
    await hang(bench, 1);
    expect(bench.healthy()).toBe("bcd");
  });
});

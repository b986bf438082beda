import { HealthBench, type HealthBenchInit } from "../../testing/health-bench.js";

/** A bench whose probes say what `state.well` is at the time. */
function probed(init: HealthBenchInit = {}) {
  const state = { well: false };
  const asked: string[] = [];
  const probe = async ({ id }: { id: string }) => {
    asked.push(`${bench.clock.nowMs()} ${id}`);
    return state.well;
  };
  const bench: HealthBench = new HealthBench({ probe, draw: 1, ...init });
  return { bench, state, asked };
}

describe("while an endpoint is ejected, a probe", () => {
  test("goes out every 250 ms as long as there is traffic", async () => {
    const { bench, asked } = probed();
    bench.fail("a", 5);
    await bench.pass(1_000);
    expect(asked).toEqual(["250 a", "500 a", "750 a", "1000 a"]);
    await bench.clock.advance(60_000);
    expect(asked).toHaveLength(4);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  test("that goes well ends the ejection at once, with a call on trial", async () => {
    const { bench, state } = probed({ health: { ejectionMs: 20_000 } });
    bench.fail("a", 5);
    await bench.pass(700);
    state.well = true;
    await bench.pass(50);
    expect(bench.healthy()).toBe("abcd");
    bench.succeed("a");
    expect(bench.told).toEqual([
      "0 a out 20000: 5 failures in a row",
      "750 a trial: a probe went well",
      "750 a in 750: the call on trial went well",
    ]);
    expect(bench.endpoints.healthCounters).toEqual({
      ejections: 1,
      returns: 1,
      probes: 3,
      failedProbes: 2,
    });
    expect(bench.probes).toMatchObject([{ ok: false }, { ok: false }, { ok: true }]);
  });

  test("that fails keeps the endpoint out for longer than its time", async () => {
    const { bench, state } = probed();
    bench.fail("a", 5);
    await bench.pass(10_000);
    expect(bench.healthy()).toBe("bcd");
    state.well = true;
    await bench.pass(250);
    expect(bench.healthy()).toBe("abcd");
  });

  test("that does not see what is wrong is not believed again until the time is over", async () => {
    const { bench, state } = probed();
    state.well = true;
    bench.fail("a", 5);
    await bench.pass(250);
    bench.fail("a");
    expect(bench.told.at(-1)).toBe("250 a out 1000: the call on trial failed");
    await bench.pass(990);
    expect(bench.healthy()).toBe("bcd");
    await bench.pass(10);
    expect(bench.healthy()).toBe("abcd");
    bench.fail("a");
    expect(bench.told.at(-1)).toBe("1250 a out 2000: the call on trial failed");
  });

  test("is believed again once a call has gone well", async () => {
    const { bench, state } = probed({ health: { ejectionMs: 10_000 } });
    state.well = true;
    bench.fail("a", 5);
    await bench.pass(250);
    bench.fail("a");
    await bench.pass(20_000);
    bench.succeed("a");
    bench.fail("a", 5);
    await bench.pass(250);
    expect(bench.healthy()).toBe("abcd");
  });

  test("is started once, also when it takes longer than the interval", async () => {
    const asked: number[] = [];
    const answers: ((ok: boolean) => void)[] = [];
    const probe = () => {
      asked.push(bench.clock.nowMs());
      return new Promise<boolean>((resolve) => answers.push(resolve));
    };
    const bench: HealthBench = new HealthBench({ probe, health: { ejectionMs: 60_000 } });
    bench.fail("a", 5);
    await bench.pass(2_000);
    expect(asked).toEqual([250]);
    answers[0]?.(false);
    await bench.pass(500);
    expect(asked).toEqual([250, 2_250]);
  });

  test("that never settles is given up after 10 s, and what it says then is not heeded", async () => {
    const answers: ((ok: boolean) => void)[] = [];
    const probe = () => new Promise<boolean>((resolve) => answers.push(resolve));
    const bench = new HealthBench({ probe, health: { ejectionMs: 60_000, maxEjectionMs: 60_000 } });
    bench.fail("a", 5);
    await bench.pass(10_250, 250);
    expect(answers).toHaveLength(2);
    answers[0]?.(true);
    await bench.pass(10);
    expect(bench.healthy()).toBe("bcd");
    answers[1]?.(true);
    await bench.pass(10);
    expect(bench.healthy()).toBe("abcd");
  });

  test.each([
    { title: "rejects", probe: () => Promise.reject(new Error("no")) },
    {
      title: "throws",
      probe: () => {
        throw new Error("no");
      },
    },
    { title: "answers nothing", probe: async () => undefined as never },
  ])("that $title counts as failed", async ({ probe }) => {
    const bench = new HealthBench({ probe });
    bench.fail("a", 5);
    await bench.pass(1_000);
    expect(bench.healthy()).toBe("bcd");
    expect(bench.probes.map(({ ok }) => ok)).toEqual([false, false, false, false]);
  });
});

test("a penalised endpoint is probed too, and its latency is one and a quarter times the best peer's after it", async () => {
  const { bench, state, asked } = probed();
  bench.succeed("b", 1, 7);
  bench.fail("a");
  expect(bench.find("a").stats.latencyMs).toBe(5_000);
  await bench.pass(250);
  state.well = true;
  await bench.pass(1_000);
  expect(asked).toEqual(["250 a", "500 a"]);
  expect(bench.find("a").stats.latencyMs).toBe(8.75);
});

test("a penalty that follows a good probe stays until the endpoint's time is over", async () => {
  const { bench, state } = probed({ health: { ejectionMs: 2_000 } });
  state.well = true;
  bench.succeed("b", 1, 7);
  bench.fail("a");
  await bench.pass(250);
  expect(bench.find("a").stats.latencyMs).toBe(8.75);
  bench.fail("a");
  await bench.pass(1_990);
  expect(bench.find("a").stats.latencyMs).toBe(5_000);
  await bench.pass(260);
  expect(bench.find("a").stats.latencyMs).toBe(8.75);
});

test("no probe starts after close, and one that is under way is not heeded", async () => {
  let answer: ((ok: boolean) => void) | undefined;
  const probe = () =>
    new Promise<boolean>((resolve) => {
      answer = resolve;
    });
  const bench = new HealthBench({ probe, health: { ejectionMs: 60_000 } });
  bench.fail("a", 5);
  bench.fail("b");
  await bench.pass(250);
  bench.endpoints.close();
  answer?.(true);
  await bench.pass(10_000, 250);
  expect(bench.probes).toEqual([]);
  expect(bench.healthy()).toBe("bcd");
});

test("of a thousand endpoints that fail, ten are probed in an interval, and each has its turn", async () => {
  const names = Array.from({ length: 1_000 }, (_, number) => `${number}`);
  const { bench, asked } = probed({ names });
  for (const name of names) bench.fail(name);
  await bench.pass(25_240);
  expect(asked).toHaveLength(1_000);
  expect(new Set(asked.map((line) => line.split(" ")[1])).size).toBe(1_000);
});

test("an interval of 0 turns probes off", async () => {
  const { bench, asked } = probed({ health: { probeIntervalMs: 0 } });
  bench.fail("a", 5);
  await bench.pass(500);
  expect(bench.healthy()).toBe("abcd");
  expect(asked).toEqual([]);
});

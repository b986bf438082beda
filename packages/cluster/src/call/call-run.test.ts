import type { Endpoint, Picker } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import {
  CallBench,
  ChangingDirectory,
  endpoint,
  nothingLeft,
  strategy,
} from "../testing/call-bench.js";
import { methods } from "../testing/greet-service.js";
import { answer } from "../testing/scripted-wire.js";

const bench = new CallBench();
afterEach(() => expect(bench.leftovers()).toEqual(nothingLeft));

const ids = (endpoints: readonly Endpoint[]) => endpoints.map(({ id }) => id);

describe("pick", () => {
  /** Candidates that the balancer is shown when `exclude` is left out of `names`. */
  const shownTo = async (names: readonly string[], exclude: readonly string[]) => {
    const shown: string[][] = [];
    const picker: Picker = {
      pick(endpoints) {
        shown.push(ids(endpoints));
        return endpoints[0];
      },
    };
    const choosy = strategy((call) => {
      call.pick({ exclude: exclude.map((name) => endpoint(name)) });
      return call.attempt(endpoint("x"));
    });
    await bench.play({ names, picker, strategy: choosy, script: [answer()] });
    return shown;
  };

  test.each([
    { names: ["a", "b"], exclude: [], shown: [["a", "b"]] },
    { names: ["a", "b"], exclude: ["a"], shown: [["b"]] },
    { names: ["a", "b"], exclude: ["b", "b"], shown: [["a"]] },
    { names: ["a", "b"], exclude: ["gone"], shown: [["a", "b"]] },
    { names: ["a", "b"], exclude: ["a", "b"], shown: [["a", "b"]] },
    { names: [], exclude: ["a"], shown: [] },
  ])("of $names without $exclude lets the balancer choose from $shown", async (row) => {
    expect(await shownTo(row.names, row.exclude)).toEqual(row.shown);
  });

  test("hands the call's random source to the balancer", async () => {
    const drawn: number[] = [];
    const picker: Picker = {
      pick([first], { random }) {
        drawn.push(random());
        return first;
      },
    };
    await bench.play({ picker, random: () => 0.25, script: [answer()] });
    expect(drawn).toEqual([0.25]);
  });

  test("may be skipped: an attempt goes to whatever endpoint it is given", async () => {
    const elsewhere = strategy((call) => call.attempt(endpoint("elsewhere")));
    const { wire, result } = await bench.play({ strategy: elsewhere, script: [answer()] });
    expect(wire.asked).toEqual(["elsewhere"]);
    expect(result).toMatchObject({ endpoint: { id: "elsewhere" } });
  });
});

describe("what a strategy sees of its call", () => {
  test("is the method, the policy, the clock and the endpoints of the moment", async () => {
    const directory = new ChangingDirectory(["a"]);
    const seen: unknown[] = [];
    const curious = strategy((call) => {
      seen.push(call.method, call.policy.retries, call.clock instanceof FakeClock, call.random());
      seen.push(ids(call.endpoints));
      directory.names = ["b"];
      seen.push(ids(call.endpoints));
      return call.attempt(call.pick());
    });
    const script = [answer()];
    const { wire } = await bench.play({
      directory,
      strategy: curious,
      script,
      method: methods.bidi,
    });
    expect(seen).toEqual([methods.bidi, 2, true, 0.5, ["a"], ["b"]]);
    expect(wire.asked).toEqual(["b"]);
  });

  test.each([
    { timeoutMs: 100, left: [100, 70] },
    {
      timeoutMs: Number.POSITIVE_INFINITY,
      left: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    },
  ])("is the time left of $timeoutMs ms: $left", async ({ timeoutMs, left }) => {
    const seen: number[] = [];
    const patient = strategy(async (call) => {
      seen.push(call.remainingMs());
      await call.pause(30);
      seen.push(call.remainingMs());
      return call.attempt(call.pick());
    });
    await bench.play({ strategy: patient, script: [answer()], timeoutMs });
    expect(seen).toEqual(left);
  });
});

describe("pause", () => {
  test.each([{ delayMs: 0 }, { delayMs: 12.5 }])("lasts $delayMs ms", async ({ delayMs }) => {
    const patient = strategy(async (call) => {
      await call.pause(delayMs);
      return call.attempt(call.pick());
    });
    const { wire } = await bench.play({ strategy: patient, script: [answer()] });
    expect(wire.requests).toMatchObject([{ atMs: delayMs }]);
  });

  test("returns at once when the call is over, and pauses at the same time all wake", async () => {
    const woken: number[] = [];
    const sleepy = strategy(async (call) => {
      await Promise.all([call.pause(500), call.pause(700)]);
      woken.push(call.clock.nowMs());
      await call.pause(500);
      woken.push(call.clock.nowMs());
      return call.attempt(call.pick());
    });
    const { endedAtMs } = await bench.play({ strategy: sleepy, timeoutMs: 20 });
    expect(endedAtMs).toBe(20);
    expect(woken).toEqual([20, 20]);
  });
});

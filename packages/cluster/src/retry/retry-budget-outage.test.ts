/** Simulates clients whose backend fails for 30 s, on a virtual clock: how many attempts they send for each call. */
import { seededRandom } from "../simulator/seeded-random.js";
import { RetryBudget } from "./retry-budget.js";

interface Scenario {
  readonly clients: number;
  readonly callsPerSecond: number;
  /** Time of health before, in seconds. */
  readonly healthySeconds: number;
  /** Share of attempts that fail afterwards. */
  readonly failing: number;
  readonly seed: number;
}

const seconds = 30;
const attempts = 3;

class HandClock {
  ms = 0;

  nowMs(): number {
    return this.ms;
  }
}

/** Attempts and successes, each per call. */
function play(scenario: Scenario): { readonly load: number; readonly success: number } {
  const random = seededRandom(scenario.seed);
  const total = { calls: 0, attempts: 0, successes: 0 };
  for (let client = 0; client < scenario.clients; client++) playClient(scenario, random, total);
  return { load: total.attempts / total.calls, success: total.successes / total.calls };
}

function playClient(
  { callsPerSecond, healthySeconds, failing }: Scenario,
  random: () => number,
  total: { calls: number; attempts: number; successes: number },
): void {
  const clock = new HandClock();
  const budget = new RetryBudget({}, clock);
  const next = () => {
    clock.ms += (-Math.log(1 - random()) / callsPerSecond) * 1_000;
  };
  for (next(); clock.ms < healthySeconds * 1_000; next()) budget.noteSuccess();
  for (; clock.ms < (healthySeconds + seconds) * 1_000; next()) {
    let sent = 1;
    let isGood = random() >= failing;
    while (!isGood && sent < attempts && budget.take("retry")) {
      sent++;
      isGood = random() >= failing;
    }
    if (isGood) budget.noteSuccess();
    total.calls++;
    total.attempts += sent;
    total.successes += Number(isGood);
  }
}

const small = { clients: 50, callsPerSecond: 4 };
const large = { clients: 1, callsPerSecond: 200 };
const seeds = [1, 2, 3];

describe.each(seeds)("the default budget (seed %i)", (seed) => {
  test.each([
    { title: "fifty fresh small clients", ...small, healthySeconds: 0 },
    { title: "fifty small clients after 10 s", ...small, healthySeconds: 10 },
    { title: "fifty small clients after 5 minutes", ...small, healthySeconds: 300 },
    { title: "one large client", ...large, healthySeconds: 60 },
  ])("in a full outage of $title adds at most a tenth of the load", (scenario) => {
    expect(play({ ...scenario, failing: 1, seed }).load).toBeLessThanOrEqual(1.1);
  });

  test.each([
    { title: "fifty small clients", ...small },
    { title: "one large client", ...large },
  ])("with one attempt in ten failing at random lets $title succeed all the same", (scenario) => {
    const { load, success } = play({ ...scenario, healthySeconds: 10, failing: 0.1, seed });
    expect(success).toBeGreaterThanOrEqual(0.998);
    expect(load).toBeLessThanOrEqual(1.12);
  });

  test.each([0.3, 0.5, 0.8])("bounds the load when %d of the attempts fail", (failing) => {
    expect(play({ ...small, healthySeconds: 60, failing, seed }).load).toBeLessThanOrEqual(1.25);
  });
});

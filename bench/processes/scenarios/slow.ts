import { countBetween } from "../load/arrivals.js";
import { wallMs } from "../process/wall-clock.js";
import type { Scenario } from "../scenario.js";
import { arrivalsAt, calmSeconds, healthyP99Ms, startThree } from "./three-servers.js";

/** One server is alive, well and far slower than the others. */
export const slow: Scenario = {
  name: "slow",
  title: "1 of 3 is 500 ms slow, 300 calls/s",
  measures: [
    { key: "errors", title: "errors", goal: { bound: "at most", value: 0 }, strict: true },
    {
      key: "ratio",
      title: "p99, times the healthy set's",
      goal: { bound: "at most", value: 2 },
      digits: 1,
    },
    { key: "healthyMs", title: "p99 of the healthy set, ms", digits: 1 },
    { key: "p99Ms", title: "p99, ms", digits: 1 },
    { key: "toIt", title: "requests to it" },
    { key: "load", title: "attempts per call", digits: 3 },
  ],
  async run(lab) {
    const { faultSeconds } = lab.effort;
    const { client, servers, bad } = await startThree(lab);
    const plan = { perSecond: 300, seconds: calmSeconds + faultSeconds, delayMs: 5 };
    const healthyMs = await healthyP99Ms(client, plan);
    await arrivalsAt(servers);
    const load = client.load(plan);
    await lab.pause(calmSeconds);
    await bad.behave({ mode: "slow", byMs: 500 });
    const faultMs = wallMs();
    const log = await load;
    const { arrivals } = await bad.report();
    const others = await arrivalsAt(servers);
    const p99Ms = log.between(faultMs, Number.POSITIVE_INFINITY).quantileMs(0.99);
    return {
      errors: log.errors,
      ratio: p99Ms / healthyMs,
      healthyMs,
      p99Ms,
      toIt: countBetween(arrivals, faultMs),
      load: (arrivals.length + others.length) / log.count,
    };
  },
};

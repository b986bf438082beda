import { countBetween } from "../load/arrivals.js";
import type { Scenario } from "../scenario.js";
import { calmSeconds, startThree } from "./three-servers.js";

/** One server dies as in a crash, and another process takes its place. */
export const kill: Scenario = {
  name: "kill",
  title: "1 of 3 is killed with kill -9 under 500 calls/s, and comes back",
  measures: [
    { key: "errors", title: "errors", goal: { bound: "at most", value: 0 }, strict: true },
    {
      key: "backMs",
      title: "ms from listening to its first call",
      goal: { bound: "at most", value: 500 },
    },
    { key: "shareAfter", title: "its share of the traffic 1 s after that, %" },
    { key: "p99Ms", title: "p99 of all, ms", digits: 1 },
  ],
  async run(lab) {
    const { downSeconds } = lab.effort;
    const { client, servers, bad } = await startThree(lab);
    const seconds = calmSeconds + downSeconds + 4;
    const load = client.load({ perSecond: 500, seconds, delayMs: 2 });
    await lab.pause(calmSeconds);
    await bad.kill();
    await lab.pause(downSeconds);
    const listeningMs = await bad.restart();
    const log = await load;
    const [its, ...others] = await Promise.all(servers.map((server) => server.report()));
    const firstMs = its?.arrivals[0] ?? Number.NaN;
    const from = firstMs + 1_000;
    const ofIt = countBetween(its?.arrivals ?? new Float64Array(), from);
    const ofOthers = others.reduce((sum, { arrivals }) => sum + countBetween(arrivals, from), 0);
    return {
      errors: log.errors,
      backMs: firstMs - listeningMs,
      shareAfter: (100 * ofIt) / (ofIt + ofOthers),
      p99Ms: log.quantileMs(0.99),
    };
  },
};

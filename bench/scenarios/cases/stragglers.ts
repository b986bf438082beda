/** Scenario 9: one of a hundred attempts takes very long. */
import { hedged } from "@thrice/cluster";
import {
  type ClientOptions,
  lognormal,
  Simulation,
  uniform,
  withStragglers,
} from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

function stragglers(share: number, better: number, peers: string): Scenario {
  return {
    id: "9",
    name: `1 % stragglers of 0.5–1 s, \`hedged({ share: ${share} })\`, 500 calls/s`,
    isTuned: true,
    measures: [
      { name: "p99.9, times better", unit: "times", goal: { atLeast: better }, peers },
      { name: "load", unit: "times", goal: { atMost: 1 + share } },
      { name: "errors", unit: "count", goal: { atMost: 0 } },
    ],
    run: async (play) => {
      const options = play.contestant.isOurs
        ? { cluster: hedged({ share }) }
        : play.contestant.options;
      const [without, withIt] = [await run(play, {}), await run(play, options)];
      return {
        "p99.9, times better": without.latencyMs.p999 / withIt.latencyMs.p999,
        load: withIt.loadFactor,
        errors: withIt.failed,
      };
    },
  };
}

async function run({ seed }: Play, options: Partial<ClientOptions>) {
  const sim = new Simulation({ seed });
  const usual = lognormal({ medianMs: 5, p99Ms: 20 });
  const latency = withStragglers(usual, { ratio: 0.01, take: uniform(500, 1_000) });
  const client = sim.client({ servers: sim.servers(10, { latency }), ...options });
  const report = await sim.run({ client, perSecond: 500, seconds: 60 });
  return report.between(10_000, 60_000);
}

export const stragglersFive = stragglers(
  0.05,
  20,
  "Tail at Scale 24× at +2 %; simulated 25× at +4.7 %",
);
export const stragglersTwo = stragglers(0.02, 15, "simulated 22× at +1.9 %");

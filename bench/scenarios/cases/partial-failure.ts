/** Scenario 2: each attempt fails with the same chance, wherever it goes. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Measure, Play, Scenario } from "../scenario.js";

interface Setting {
  readonly ratio: number;
  readonly clients?: number;
  /** @defaultValue what the contestant has: 2 */
  readonly retries?: number;
}

function partialFailure(setting: Setting, measures: readonly Measure[]): Scenario {
  const { ratio, clients = 1, retries } = setting;
  const who = clients === 1 ? "1 client" : `${clients} clients`;
  const how = retries === undefined ? "" : `, \`retries: ${retries}\``;
  return {
    id: "2",
    name: `${ratio * 100} % of all attempts fail, 200 calls/s, ${who}${how}`,
    isTuned: true,
    measures,
    run: (play) => run(setting, play),
  };
}

async function run({ ratio, clients = 1, retries }: Setting, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const client = sim.clients(clients, { servers, retries, ...contestant.options });
  for (const server of servers) server.fail({ ratio });
  const { total } = await sim.run({ client, perSecond: 200, seconds: 120 });
  return { success: total.successRatio, load: total.loadFactor };
}

const atTen: readonly Measure[] = [
  {
    name: "success",
    unit: "share",
    goal: { atLeast: 0.999 },
    peers: "fixed 99.92 %, gRPC 92.7–98 %",
  },
  { name: "load", unit: "times", goal: { atMost: 1.12 }, peers: "fixed 1.107" },
];
const load: Measure = {
  name: "load",
  unit: "times",
  goal: { atMost: 1.25 },
  peers: "fixed 1.39, Finagle 1.25",
};

/** Three attempts that fail independently leave one call in a thousand: 99.90 % is all that they can come to, give or take chance. */
export const tenPercent = partialFailure({ ratio: 0.1 }, atTen);
export const tenPercentThree = partialFailure({ ratio: 0.1, retries: 3 }, atTen);
export const tenPercentOfFifty = partialFailure({ ratio: 0.1, clients: 50, retries: 3 }, atTen);
export const thirtyPercent = partialFailure({ ratio: 0.3 }, [load]);
export const fiftyPercent = partialFailure({ ratio: 0.5 }, [load]);

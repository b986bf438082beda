/** Scenario 3: a process ends without a word, and is started again. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Play, Scenario } from "../scenario.js";

function killed(awaySeconds: number, backWithinMs: number): Scenario {
  return {
    id: "3",
    name: `1 of 3 killed, back after ${awaySeconds} s, 500 calls/s`,
    isTuned: true,
    measures: [
      {
        name: "errors",
        unit: "count",
        goal: { atMost: 0 },
        peers: "grpc-js 1–2 without, 0 with retry",
      },
      {
        name: "until it answers again",
        unit: "ms",
        goal: { atMost: backWithinMs },
        peers: "grpc-js 100–3500 ms",
      },
    ],
    run: (play) => run(awaySeconds * 1_000, play),
  };
}

async function run(awayMs: number, { seed, contestant }: Play) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const client = sim.client({ servers, ...contestant.options });
  const [bad] = servers as [(typeof servers)[number]];
  sim.at(10_000, () => bad.kill());
  sim.at(10_000 + awayMs, () => bad.restart());
  const report = await sim.run({ client, perSecond: 500, seconds: 20 + awayMs / 1_000 });
  return {
    errors: report.total.failed,
    "until it answers again":
      report.firstAnswerMs(bad, 10_000 + awayMs) ?? Number.POSITIVE_INFINITY,
  };
}

export const killedForFive = killed(5, 500);
export const killedForSixty = killed(60, 1_000);

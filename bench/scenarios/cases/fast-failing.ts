/** Scenario 4: one server answers every request at once, with an error. */
import { lognormal, Simulation } from "@thrice/cluster/simulator";
import type { Measure, Play, Scenario } from "../scenario.js";

const fromMs = 10_000;
const toMs = 40_000;

const errors: Measure = {
  name: "errors",
  unit: "count",
  goal: { atMost: 0 },
  peers: "grpc-js 33 %, 3.6 % with retry",
};
const untilEjected: Measure = {
  name: "requests to it before it is ejected",
  unit: "count",
  goal: { atMost: 10 },
  peers: "Envoy 5",
};
const share: Measure = { name: "share of it after 1 s", unit: "share", goal: { atMost: 0.01 } };
const load: Measure = { name: "load", unit: "times", goal: { atMost: 1.1 } };
const untilBack = "until it answers again";

/** Only calls can find out that it is well again, and the longer it has failed, the less often they are sent to see. */
export const fastFailing: Scenario = {
  id: "4",
  name: "1 of 3 fails fast for 30 s, 300 calls/s; its health service says that all is well",
  isTuned: true,
  measures: [errors, untilEjected, share, load, { name: untilBack, unit: "ms" }],
  run: (play) => run(play, false),
};

export const fastFailingSeen: Scenario = {
  id: "4",
  name: "the same; its health service tells",
  isTuned: true,
  measures: [
    errors,
    untilEjected,
    share,
    load,
    { name: untilBack, unit: "ms", goal: { atMost: 1_000 } },
  ],
  run: (play) => run(play, true),
};

async function run({ seed, contestant }: Play, isSeenByProbes: boolean) {
  const sim = new Simulation({ seed });
  const servers = sim.servers(3, { latency: lognormal({ medianMs: 5, p99Ms: 20 }) });
  const [bad] = servers as [(typeof servers)[number]];
  let atEjection = Number.NaN;
  const events = {
    onEject: () => {
      if (Number.isNaN(atEjection)) atEjection = bad.arrived - before;
    },
  };
  let before = 0;
  const client = sim.client({ servers, events, ...contestant.options });
  sim.at(fromMs, () => {
    before = bad.arrived;
    bad.fail({ isSeenByProbes });
  });
  sim.at(toMs, () => bad.heal());
  const report = await sim.run({ client, perSecond: 300, seconds: 60 });
  return {
    errors: report.total.failed,
    // A balancer that avoids what fails may leave nothing to eject.
    "requests to it before it is ejected": Number.isNaN(atEjection)
      ? report.attemptsAt(bad).filter((atMs) => atMs >= fromMs && atMs < toMs).length
      : atEjection,
    "share of it after 1 s": report.between(fromMs + 1_000, toMs).share[bad.id] ?? 0,
    load: report.between(fromMs, toMs).loadFactor,
    [untilBack]: report.firstAnswerMs(bad, toMs) ?? Number.POSITIVE_INFINITY,
  };
}

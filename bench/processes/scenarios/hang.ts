import { countBetween } from "../load/arrivals.js";
import type { Style } from "../process/commands.js";
import type { Lab } from "../process/lab.js";
import { wallMs } from "../process/wall-clock.js";
import type { Measure, Readings, Scenario } from "../scenario.js";
import { arrivalsAt, calmSeconds, startThree, type Three } from "./three-servers.js";

const perSecond = 300;
const timeoutMs = 1_000;
/** Calls to one of three within a deadline: as many may be under way when it hangs. */
const underWay = (perSecond / 3) * (timeoutMs / 1_000);

/** How a server comes to hang, and gets over it. Units: answers are times, milliseconds since the epoch. */
interface Hang {
  readonly name: string;
  readonly title: string;
  begin(three: Three): Promise<number>;
  end(three: Three): Promise<number>;
}

const silent: Hang = {
  name: "hang",
  title: "1 of 3 takes requests and answers none",
  begin: async ({ bad }) => {
    await bad.behave({ mode: "hang" });
    return wallMs();
  },
  end: async ({ bad }) => {
    await bad.behave({ mode: "well" });
    return wallMs();
  },
};

const halted: Hang = {
  name: "halt",
  title: "1 of 3 is halted with SIGSTOP",
  begin: async ({ bad, client }) => {
    await client.child.ask("guard", { pids: [bad.pid] });
    return bad.halt();
  },
  end: async ({ bad, client }) => {
    const atMs = bad.goOn();
    await client.child.ask("guard", { pids: [] });
    return atMs;
  },
};

/** One server hangs and gets well again, in both ways, for a client that hedges and for one that does not. */
export const hangs: readonly Scenario[] = [
  scenario(silent, "hedged", 0),
  scenario(silent, "failover", underWay),
  scenario(halted, "hedged", 0),
  scenario(halted, "failover", underWay),
];

function scenario(hang: Hang, style: Style, maxErrors: number): Scenario {
  const measures: readonly Measure[] = [
    { key: "errors", title: "errors", goal: { bound: "at most", value: maxErrors } },
    { key: "p999Ms", title: "p99.9 while it hangs, ms" },
    { key: "load", title: "attempts per call", goal: { bound: "at most", value: 1.1 }, digits: 3 },
    { key: "backMs", title: "ms from its end to a tenth of the traffic" },
  ];
  return {
    name: `${hang.name}-${style}`,
    title: `${hang.title}, ${perSecond} calls/s with a deadline of 1 s, ${style}`,
    measures,
    run: (lab) => run(lab, hang, style),
  };
}

async function run(lab: Lab, hang: Hang, style: Style): Promise<Readings> {
  const { faultSeconds } = lab.effort;
  const three = await startThree(lab, { style });
  const { client, servers, bad } = three;
  const seconds = calmSeconds + faultSeconds + 4;
  const load = client.load({ perSecond, seconds, timeoutMs, delayMs: 5 });
  await lab.pause(calmSeconds);
  const beginMs = await hang.begin(three);
  await lab.pause(faultSeconds);
  const endMs = await hang.end(three);
  const log = await load;
  const { arrivals } = await bad.report();
  const others = await arrivalsAt(servers);
  return {
    errors: log.errors,
    p999Ms: log.between(beginMs, endMs).quantileMs(0.999),
    load: (arrivals.length + others.length) / log.count,
    backMs: timeToTrafficMs(arrivals, endMs, perSecond / 10),
  };
}

const windowMs = 250;

/** Time until the requests of a quarter of a second come at that rate. What had waited in its socket comes at once, and is left out. */
function timeToTrafficMs(arrivals: Float64Array, fromMs: number, perSecond: number): number {
  const lastMs = arrivals.reduce((last, atMs) => Math.max(last, atMs), fromMs);
  const burstMs = 20;
  for (let atMs = fromMs + burstMs; atMs <= lastMs; atMs += 10) {
    const count = countBetween(arrivals, atMs, atMs + windowMs);
    if (count >= (perSecond * windowMs) / 1_000) return atMs - fromMs;
  }
  return Number.NaN;
}

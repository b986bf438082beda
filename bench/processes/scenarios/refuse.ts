import { countBetween, firstGapMs } from "../load/arrivals.js";
import type { Scenario } from "../scenario.js";
import { arrivalsAt, calmSeconds, startThree } from "./three-servers.js";

const perSecond = 300;
/** A third of the calls come 10 ms apart: a server that gets none for so long is out. */
const gapMs = 150;

/** One server answers UNAVAILABLE at once: the quickest of all, for who looks at latency alone. */
export const refuse: Scenario = {
  name: "refuse",
  title: "1 of 3 answers UNAVAILABLE at once, 300 calls/s",
  measures: [
    { key: "errors", title: "errors", goal: { bound: "at most", value: 0 }, strict: true },
    {
      key: "before",
      title: "requests to it before it is out",
      goal: { bound: "at most", value: 10 },
    },
    {
      key: "shareAfter",
      title: "its share after that, %",
      goal: { bound: "at most", value: 1 },
      digits: 2,
    },
    { key: "load", title: "attempts per call", goal: { bound: "at most", value: 1.1 }, digits: 3 },
  ],
  async run(lab) {
    const { faultSeconds } = lab.effort;
    const { client, servers, bad } = await startThree(lab);
    const seconds = calmSeconds + faultSeconds;
    const load = client.load({ perSecond, seconds, delayMs: 5 });
    await lab.pause(calmSeconds);
    const beforeFault = await arrivalsAt(servers);
    await bad.behave({ mode: "refuse", ratio: 1 });
    const faultMs = performance.timeOrigin + performance.now();
    const log = await load;
    const { arrivals } = await bad.report();
    const others = await arrivalsAt(servers);
    const outMs = firstGapMs(arrivals, faultMs, gapMs);
    const ofIt = countBetween(arrivals, outMs + 1);
    return {
      errors: log.errors,
      before: countBetween(arrivals, faultMs, outMs + 1),
      shareAfter: (100 * ofIt) / (ofIt + countBetween(others, outMs + 1)),
      load: (beforeFault.length + arrivals.length + others.length) / log.count,
    };
  },
};

import { countBetween } from "../load/arrivals.js";
import { wallMs } from "../process/wall-clock.js";
import type { Scenario } from "../scenario.js";
import { arrivalsAt, calmSeconds, startThree } from "./three-servers.js";

const perSecond = 200;

/** Every server turns every call down, for one client or for many small ones. */
export const outages: readonly Scenario[] = [
  outage("outage", 1, 0.35),
  outage("outage-many", 10, 1.1),
];

function outage(name: string, clients: number, maxLoad: number): Scenario {
  const who = clients === 1 ? "1 client" : `${clients} clients`;
  return {
    name,
    title: `all of 3 answer UNAVAILABLE, ${perSecond} calls/s of ${who}`,
    measures: [
      {
        key: "load",
        title: "attempts per call",
        goal: { bound: "at most", value: maxLoad },
        digits: 3,
      },
      { key: "firstSecond", title: "attempts per call in the first second", digits: 3 },
      {
        key: "backMs",
        title: "ms until 95 % succeed again",
        goal: { bound: "at most", value: 500 },
      },
    ],
    async run(lab) {
      const { outageSeconds } = lab.effort;
      const { client, servers } = await startThree(lab, { clients });
      const seconds = calmSeconds + outageSeconds + 4;
      const load = client.load({ perSecond, seconds, delayMs: 2 });
      await lab.pause(calmSeconds);
      await Promise.all(servers.map((server) => server.behave({ mode: "refuse", ratio: 1 })));
      const beginMs = wallMs();
      await lab.pause(outageSeconds);
      await Promise.all(servers.map((server) => server.behave({ mode: "well" })));
      const endMs = wallMs();
      const log = await load;
      const arrivals = await arrivalsAt(servers);
      const perCall = (untilMs: number) =>
        countBetween(arrivals, beginMs, untilMs) / log.between(beginMs, untilMs).count;
      return {
        load: perCall(endMs),
        firstSecond: perCall(beginMs + 1_000),
        backMs: log.timeToSuccessMs(endMs, 0.95),
      };
    },
  };
}

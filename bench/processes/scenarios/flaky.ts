import type { Scenario } from "../scenario.js";
import { arrivalsAt, startThree } from "./three-servers.js";

/** Each server fails now and then, none more than the others. */
export const flaky: Scenario = {
  name: "flaky",
  title: "each attempt fails with UNAVAILABLE at 10 %, 1 000 calls/s",
  measures: [
    { key: "success", title: "success, %", goal: { bound: "at least", value: 99.9 }, digits: 2 },
    { key: "load", title: "attempts per call", goal: { bound: "at most", value: 1.12 }, digits: 3 },
  ],
  async run(lab) {
    const { client, servers } = await startThree(lab);
    await Promise.all(servers.map((server) => server.behave({ mode: "refuse", ratio: 0.1 })));
    const seconds = lab.effort.faultSeconds;
    const log = await client.load({ perSecond: 1_000, seconds, delayMs: 2 });
    const arrivals = await arrivalsAt(servers);
    return { success: 100 * log.successRatio, load: arrivals.length / log.count };
  },
};

import type { Scenario } from "../scenario.js";
import { calmSeconds, startThree } from "./three-servers.js";

const pauseSeconds = 0.7;

/** One server after the other is stopped as operators do, and another process takes its place. */
export const rolling: Scenario = {
  name: "rolling",
  title: "rolling restart of 3 with SIGTERM under 500 calls/s",
  measures: [
    { key: "errors", title: "errors", goal: { bound: "at most", value: 0 }, strict: true },
    {
      key: "charged",
      title: "retries charged to the budget",
      goal: { bound: "at most", value: 0 },
    },
    { key: "p99Ms", title: "p99, ms", digits: 1 },
    { key: "maxMs", title: "slowest call, ms", digits: 1 },
  ],
  async run(lab) {
    const { client, servers } = await startThree(lab);
    const { charged: chargedBefore = 0 } = await client.child.ask("notes", {});
    let isOver = false;
    const restart = async () => {
      await lab.pause(calmSeconds);
      for (const server of servers) {
        await server.stop();
        await lab.pause(pauseSeconds);
        await server.restart();
        await lab.pause(pauseSeconds);
      }
      isOver = true;
    };
    const load = client.load({ perSecond: 500, seconds: 9, delayMs: 5 });
    await Promise.all([restart(), load]);
    const log = await load;
    if (!isOver) throw new Error("the restarts took longer than the load");
    const { charged } = await client.child.ask("notes", {});
    return {
      errors: log.errors,
      charged: charged === undefined ? undefined : charged - chargedBefore,
      p99Ms: log.quantileMs(0.99),
      maxMs: log.quantileMs(1),
    };
  },
};

import { countBetween } from "../load/arrivals.js";
import type { ClientNode, Lab } from "../process/lab.js";
import type { ServerNode } from "../process/server-node.js";
import { wallMs } from "../process/wall-clock.js";
import type { Measure, Readings, Scenario } from "../scenario.js";
import { arrivalsAt } from "./three-servers.js";

const perSecond = 200;
const manyClients = 50;
/** Time under load before, so that clients have earned what they earn in good times. */
const calmSeconds = 4;
/** Calls that warm up many clients: few each, as what they earn by them counts. */
const manyWarmUpCalls = 1_000;

/** Clients, and servers for them alone. */
interface Side {
  readonly client: ClientNode;
  readonly servers: readonly ServerNode[];
}

/** Every server turns every call down: one client makes all the calls, and beside it many small ones make as many. */
export const outage: Scenario = {
  name: "outage",
  title: `all of 3 answer UNAVAILABLE, ${perSecond} calls/s of 1 client, and ${perSecond} calls/s of ${manyClients} clients to 3 others`,
  measures: [
    ...measuresOf("one", "1 client", 0.35),
    ...measuresOf("many", `${manyClients} clients`, 1.1),
  ],
  async run(lab) {
    const [one, many] = await Promise.all([
      startSide(lab, {}),
      startSide(lab, { clients: manyClients, warmUpCalls: manyWarmUpCalls }),
    ]);
    const [ofOne, ofMany] = await Promise.all([breakOff(lab, one), breakOff(lab, many)]);
    return { ...named("one", ofOne), ...named("many", ofMany) };
  },
};

function measuresOf(prefix: string, who: string, maxLoad: number): readonly Measure[] {
  return [
    {
      key: `${prefix}Load`,
      title: `attempts per call, ${who}`,
      goal: { bound: "at most", value: maxLoad },
      digits: 3,
    },
    {
      key: `${prefix}FirstSecond`,
      title: `attempts per call in the first second, ${who}`,
      digits: 3,
    },
    {
      key: `${prefix}BackMs`,
      title: `ms until 95 % succeed again, ${who}`,
      goal: { bound: "at most", value: 500 },
    },
  ];
}

async function startSide(
  lab: Lab,
  settings: { clients?: number; warmUpCalls?: number },
): Promise<Side> {
  const servers = await lab.startServers(3);
  return { servers, client: await lab.startClients(servers, settings) };
}

async function breakOff(lab: Lab, { client, servers }: Side): Promise<Readings> {
  const { outageSeconds } = lab.effort;
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
    Load: perCall(endMs),
    FirstSecond: perCall(beginMs + 1_000),
    BackMs: log.timeToSuccessMs(endMs, 0.95),
  };
}

function named(prefix: string, readings: Readings): Readings {
  return Object.fromEntries(Object.entries(readings).map(([key, value]) => [prefix + key, value]));
}

import type { CallLog } from "../load/call-log.js";
import type { LoadPlan } from "../load/open-loop.js";
import type { Style } from "../process/commands.js";
import type { ClientNode, Lab } from "../process/lab.js";
import type { ServerNode } from "../process/server-node.js";

/** Three servers, the first of which is to be in trouble, and a client of them. */
export interface Three {
  readonly client: ClientNode;
  readonly servers: readonly ServerNode[];
  readonly bad: ServerNode;
}

/** Time under load before a fault and after it, in seconds. */
export const calmSeconds = 1.5;

export async function startThree(
  lab: Lab,
  settings: { style?: Style; clients?: number } = {},
): Promise<Three> {
  const servers = await lab.startServers(3);
  const [bad] = servers;
  if (bad === undefined) throw new Error("there is no server");
  return { servers, bad, client: await lab.startClients(servers, settings) };
}

/** When requests came to any of them, since the epoch in milliseconds, in no order. */
export async function arrivalsAt(servers: readonly ServerNode[]): Promise<Float64Array> {
  const reports = await Promise.all(servers.map((server) => server.report()));
  return Float64Array.from(reports.flatMap(({ arrivals }) => [...arrivals]));
}

/** Loads a healthy set first, so that what follows can be set against it. Units: milliseconds. */
export async function healthyP99Ms(client: ClientNode, plan: LoadPlan): Promise<number> {
  const log: CallLog = await client.load({ ...plan, seconds: 3 });
  return log.quantileMs(0.99);
}

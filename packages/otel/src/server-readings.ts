/** What is read of a server when someone collects metrics: how its load limits stand, and what they turned away. */
import type { Attributes } from "@opentelemetry/api";
import type { Readings } from "./watched-sources.js";

/** What is read of a server. `newServer` makes such. */
export interface WatchedServer {
  readonly load: WatchedLoad;
}

/** See `ServerLoad` of `@thrice/server`. */
export interface WatchedLoad {
  readonly running: number;
  readonly waiting: number;
  readonly limit: number | undefined;
  readonly refused: Readonly<Record<"concurrency" | "rate" | "queue", number>>;
  readonly refusedConnections: number;
}

function because(reason: string): Attributes {
  return { "thrice.refusal.reason": reason };
}

/** All of them, by the name of the server. */
export const serverReadings: Readings<WatchedLoad, WatchedLoad> = {
  nameAttribute: "thrice.server.name",
  counters: [
    {
      name: "thrice.server.calls.refused",
      unit: "{call}",
      description: "Calls that the load limits turned away, by reason.",
      parts: [
        [because("concurrency"), ({ refused }) => refused.concurrency],
        [because("rate"), ({ refused }) => refused.rate],
        [because("queue"), ({ refused }) => refused.queue],
      ],
    },
    {
      name: "thrice.server.connections.refused",
      unit: "{connection}",
      description: "Connections closed as there were too many.",
      parts: [[{}, ({ refusedConnections }) => refusedConnections]],
    },
  ],
  levels: [
    {
      name: "thrice.server.calls.running",
      unit: "{call}",
      description: "Calls that hold a place now.",
      read: ({ running }) => running,
    },
    {
      name: "thrice.server.calls.waiting",
      unit: "{call}",
      description: "Calls that wait for a place now.",
      read: ({ waiting }) => waiting,
    },
    {
      name: "thrice.server.calls.limit",
      unit: "{call}",
      description: "Calls that the server as a whole may run at once now.",
      read: ({ limit }) => limit,
    },
  ],
};

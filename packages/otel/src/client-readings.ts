/** What is read of a client when someone collects metrics. */
import type { Attributes } from "@opentelemetry/api";
import type { ClientCounters, ClientLevels } from "@thrice/core";
import type { CounterReading, LevelReading, Readings } from "./watched-sources.js";

/** What is read of a client. `newClient` makes such. */
export interface WatchedClient {
  counters(): ClientCounters;
  levels(): ClientLevels;
}

function ofKind(kind: string): Attributes {
  return { "thrice.attempt.kind": kind };
}

const counters: readonly CounterReading<ClientCounters>[] = [
  {
    name: "thrice.client.attempts",
    unit: "{attempt}",
    description: "Attempts that were begun, by kind.",
    parts: [
      [
        ofKind("first"),
        ({ attempts, retries, transparentRetries, hedges, planned }) =>
          attempts - retries - transparentRetries - hedges - planned,
      ],
      [ofKind("retry"), ({ retries }) => retries],
      [ofKind("transparent"), ({ transparentRetries }) => transparentRetries],
      [ofKind("hedge"), ({ hedges }) => hedges],
      [ofKind("planned"), ({ planned }) => planned],
    ],
  },
  {
    name: "thrice.client.picks",
    unit: "{pick}",
    description: "Times that a call had an endpoint picked.",
    parts: [[{}, ({ picks }) => picks]],
  },
  {
    name: "thrice.client.ejections",
    unit: "{ejection}",
    description: "Ejections of endpoints.",
    parts: [[{}, ({ ejections }) => ejections]],
  },
  {
    name: "thrice.client.returns",
    unit: "{return}",
    description: "Ejected endpoints that came back.",
    parts: [[{}, ({ returns }) => returns]],
  },
  {
    name: "thrice.client.probes",
    unit: "{probe}",
    description: "Probes that have ended, by result.",
    parts: [
      [{ "thrice.probe.ok": true }, ({ probes, failedProbes }) => probes - failedProbes],
      [{ "thrice.probe.ok": false }, ({ failedProbes }) => failedProbes],
    ],
  },
  {
    name: "thrice.client.budget.refusals",
    unit: "{refusal}",
    description: "Times that the retry budget had nothing left.",
    parts: [[{}, ({ budgetRefusals }) => budgetRefusals]],
  },
  {
    name: "thrice.client.throttled",
    unit: "{call}",
    description: "Calls that the throttle held back.",
    parts: [[{}, ({ throttled }) => throttled]],
  },
];

const levels: readonly LevelReading<ClientLevels>[] = [
  {
    name: "thrice.client.budget.tokens",
    unit: "{attempt}",
    description: "Attempts that the retry budget can pay for now.",
    read: ({ budgetTokens }) => budgetTokens,
  },
  {
    name: "thrice.client.endpoints",
    unit: "{endpoint}",
    description: "Endpoints that are known.",
    read: ({ endpoints }) => endpoints,
  },
  {
    name: "thrice.client.endpoints.ejected",
    unit: "{endpoint}",
    description: "Endpoints that health keeps out now.",
    read: ({ ejectedEndpoints }) => ejectedEndpoints,
  },
  {
    name: "thrice.client.connections",
    unit: "{connection}",
    description: "Connections that are open.",
    read: ({ connections }) => connections,
  },
];

/** All of them, by target. */
export const clientReadings: Readings<ClientCounters, ClientLevels> = {
  nameAttribute: "grpc.target",
  counters,
  levels,
};

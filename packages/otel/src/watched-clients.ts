/** Metrics that are read when someone collects them: a call costs nothing for them. */
import type { Attributes, BatchObservableResult, Meter, Observable } from "@opentelemetry/api";
import type { ClientCounters, ClientLevels } from "@thrice/core";

/** What is read of a client. `newClient` makes such. */
export interface WatchedClient {
  counters(): ClientCounters;
  levels(): ClientLevels;
}

/** One number that is read of the counters, and how it is told apart from others of its name. */
interface CounterReading {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly parts: readonly (readonly [Attributes, (counters: ClientCounters) => number])[];
}

/** Clients of one target are added up; those that left stay in the counters, which must not fall. */
interface Target {
  readonly clients: Set<WatchedClient>;
  readonly left: ClientCounters[];
}

/** The clients that a telemetry reads from. Makes its instruments when the first one comes. */
export class WatchedClients {
  readonly #meter: Meter;
  readonly #targets = new Map<string, Target>();
  #hasInstruments = false;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Reads `client` from now on; the function that is returned ends that. */
  add(client: WatchedClient, name: string): () => void {
    if (!this.#hasInstruments) this.#createInstruments();
    let target = this.#targets.get(name);
    if (target === undefined) {
      target = { clients: new Set(), left: [] };
      this.#targets.set(name, target);
    }
    const { clients, left } = target;
    clients.add(client);
    return () => {
      if (clients.delete(client)) left.push(client.counters());
    };
  }

  #createInstruments(): void {
    this.#hasInstruments = true;
    const counters = counterReadings.map((reading) => ({
      ...reading,
      instrument: this.#meter.createObservableCounter(reading.name, reading),
    }));
    const levels = levelReadings.map((reading) => ({
      ...reading,
      instrument: this.#meter.createObservableGauge(reading.name, reading),
    }));
    const observables: Observable[] = [...counters, ...levels].map(({ instrument }) => instrument);
    this.#meter.addBatchObservableCallback((result) => {
      for (const [name, target] of this.#targets) {
        for (const { instrument, parts } of counters)
          observeSums(result, instrument, { name, target, parts });
        for (const { instrument, read } of levels)
          observeLevel(result, instrument, { name, target, read });
      }
    }, observables);
  }
}

function observeSums(
  result: BatchObservableResult,
  instrument: Observable,
  { name, target, parts }: { name: string; target: Target } & Pick<CounterReading, "parts">,
): void {
  const all = [...target.left, ...[...target.clients].map((client) => client.counters())];
  for (const [attributes, read] of parts) {
    const sum = all.reduce((total, counters) => total + read(counters), 0);
    result.observe(instrument, sum, { ...attributes, "grpc.target": name });
  }
}

/** A level that no client tells is left out. */
function observeLevel(
  result: BatchObservableResult,
  instrument: Observable,
  { name, target, read }: { name: string; target: Target; read: LevelReading["read"] },
): void {
  const values = [...target.clients]
    .map((client) => read(client.levels()))
    .filter((value) => value !== undefined);
  if (values.length === 0) return;
  const sum = values.reduce((total, value) => total + value, 0);
  result.observe(instrument, sum, { "grpc.target": name });
}

interface LevelReading {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly read: (levels: ClientLevels) => number | undefined;
}

function ofKind(kind: string): Attributes {
  return { "thrice.attempt.kind": kind };
}

const counterReadings: readonly CounterReading[] = [
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

const levelReadings: readonly LevelReading[] = [
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

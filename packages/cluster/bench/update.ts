/**
 * What the endpoints of a client cost: an update of 100 of them, in milliseconds, and per call, in nanoseconds, what
 * statistics and health take, all being well.
 */
import { type Endpoint, type Snapshot, systemClock } from "@thrice/core";
import { ClientEndpoints, type NotedAttempt, resolveHealth } from "../src/index.js";

const settings = resolveHealth();
const health = settings && { settings, random: Math.random };
const note = { outcome: "answered", code: undefined, pushbackMs: 0 } as const;
const changed = 100;

/** A directory in which some endpoints are replaced, and as many change their weight. */
class ChurningDirectory {
  #snapshot: Snapshot;
  #turns = 0;

  constructor(count: number) {
    const endpoints = Array.from({ length: count }, (_, number) => endpointOf(number, 100));
    this.#snapshot = { endpoints, advertised: {} };
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  churn(): void {
    const endpoints = [...this.#snapshot.endpoints];
    const turn = ++this.#turns;
    for (let i = 0; i < Math.min(changed, endpoints.length); i++) {
      const at = (turn * changed + i) % endpoints.length;
      const isNew = i % 2 === 0;
      endpoints[at] = isNew ? endpointOf(1e6 + turn * changed + i, 100) : endpointOf(at, turn);
    }
    this.#snapshot = { endpoints, advertised: {} };
  }
}

function endpointOf(number: number, weight: number): Endpoint {
  const host = `h${number}`;
  return { id: `${host}:1`, address: { host, port: 1, params: {} }, weight, zone: "" };
}

function nanosOf(act: () => void): number[] {
  const calls = 300_000;
  const run = () => {
    for (let call = 0; call < calls; call++) act();
  };
  return Array.from({ length: 9 }, () => (time(run) * 1e6) / calls);
}

function time(act: () => void): number {
  const startMs = performance.now();
  act();
  return performance.now() - startMs;
}

function median(numbers: number[]): number {
  const sorted = numbers.sort((a, b) => a - b);
  return Number((sorted[sorted.length >> 1] as number).toFixed(3));
}

for (const count of [3, 1_000, 10_000, 100_000]) {
  const directory = new ChurningDirectory(count);
  const endpoints = new ClientEndpoints(directory, systemClock, health);
  endpoints.for();
  const updates = Array.from({ length: 40 }, () => {
    directory.churn();
    return time(() => endpoints.for());
  });
  const bare = new ClientEndpoints(directory, systemClock);
  console.log({
    count,
    updateMs: median(updates),
    callNanos: callNanos(endpoints),
    withoutHealth: callNanos(bare),
  });
}

function callNanos(endpoints: ClientEndpoints): number {
  const [endpoint] = endpoints.for().healthy;
  if (endpoint === undefined) throw new Error("no endpoint");
  const links = { olderAttempt: undefined, newerAttempt: undefined };
  const attempt: NotedAttempt = { endpoint, startedMs: 0, endedMs: 0, ...links };
  return median(
    nanosOf(() => {
      endpoints.for();
      endpoints.noteStart(attempt);
      endpoints.noteEnd(attempt, note);
    }),
  );
}

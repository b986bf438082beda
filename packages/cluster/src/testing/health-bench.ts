/** Endpoints under scripted attempts, on a clock that the test moves. */
import { Code } from "@connectrpc/connect";
import type {
  ClusterEvents,
  Endpoint,
  LiveEndpoint,
  Outcome,
  ProbeEvent,
  Snapshot,
} from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { ClientEndpoints } from "../endpoints/client-endpoints.js";
import type { NotedAttempt } from "../endpoints/endpoint-source.js";
import type { HealthInit } from "../endpoints/health/endpoint-health.js";
import { type HealthOptions, resolveHealth } from "../endpoints/health/health-options.js";

/** What a test may say; the rest is by default, without probes and without chance. */
export interface HealthBenchInit {
  /** @defaultValue `["a", "b", "c", "d"]` */
  readonly names?: readonly string[];
  readonly health?: HealthOptions;
  readonly probe?: HealthInit["probe"];
  /** Draw that lengthens an ejection. @defaultValue 0: each lasts half of its bound */
  readonly draw?: number;
  readonly events?: ClusterEvents;
}

/** Shape: attempts are noted by name of their endpoint; `told` has what the events said, in short. */
export class HealthBench {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly endpoints: ClientEndpoints;
  readonly probes: ProbeEvent[] = [];
  #snapshot: Snapshot;

  constructor(init: HealthBenchInit = {}) {
    const { names = ["a", "b", "c", "d"], health, probe, draw = 0 } = init;
    const settings = resolveHealth(health);
    if (settings === undefined) throw new TypeError("the bench needs health");
    this.#snapshot = snapshotOf(names);
    const events = init.events ?? this.#events();
    const directory = { snapshot: () => this.#snapshot };
    const rest = { settings, random: () => draw, probe, events };
    this.endpoints = new ClientEndpoints(directory, this.clock, rest);
    this.endpoints.for();
  }

  /** Changes what the directory knows. */
  know(...names: string[]): void {
    this.#snapshot = snapshotOf(names);
  }

  /** Names of those that calls may choose now. */
  healthy(): string {
    return this.endpoints
      .for()
      .healthy.map(({ id }) => id)
      .join("");
  }

  find(name: string): LiveEndpoint {
    const found = this.endpoints.for().all.find(({ id }) => id === name);
    if (found === undefined) throw new Error(`no endpoint ${name}`);
    return found;
  }

  /** Begins an attempt, or finds that one began `agoMs` ago. */
  start(name: string, agoMs = 0): NotedAttempt {
    const startedMs = this.clock.nowMs() - agoMs;
    const links = { olderAttempt: undefined, newerAttempt: undefined };
    const attempt = { endpoint: this.find(name), startedMs, endedMs: startedMs, ...links };
    this.endpoints.noteStart(attempt);
    return attempt;
  }

  /** Ends an attempt now. */
  end(attempt: NotedAttempt, outcome: Outcome = "answered"): void {
    const code = outcome === "answered" ? undefined : Code.Unavailable;
    const ended = Object.assign(attempt, { endedMs: this.clock.nowMs() });
    this.endpoints.noteEnd(ended, { outcome, code, pushbackMs: 0 });
  }

  /** Makes `count` attempts that go well, one after the other; the clock stands still. */
  succeed(name: string, count = 1, tookMs = 0): void {
    for (let i = 0; i < count; i++) this.end(this.start(name, tookMs));
  }

  /** Makes `count` attempts that fail. */
  fail(name: string, count = 1, outcome: Outcome = "connection-lost"): void {
    for (let i = 0; i < count; i++) this.end(this.start(name), outcome);
  }

  /** Lets time pass under traffic: a call asks for the endpoints every `everyMs` milliseconds. */
  async pass(forMs: number, everyMs = 10): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
      await this.clock.advance(Math.min(everyMs, forMs - passedMs));
      this.endpoints.for();
    }
    await this.clock.advance(0);
  }

  #events(): ClusterEvents {
    return {
      onEject: ({ endpoint, reason, forMs }) => this.#tell(endpoint, `out ${forMs}: ${reason}`),
      onTrial: ({ endpoint, reason }) => this.#tell(endpoint, `trial: ${reason}`),
      onReturn: ({ endpoint, reason, afterMs }) => this.#tell(endpoint, `in ${afterMs}: ${reason}`),
      onProbe: (event) => this.probes.push(event),
    };
  }

  #tell({ id }: Endpoint, what: string): void {
    this.told.push(`${this.clock.nowMs()} ${id} ${what}`);
  }
}

function snapshotOf(names: readonly string[]): Snapshot {
  const endpoints = names.map((id) => ({
    id,
    address: { host: id, port: 1, params: {} },
    weight: 100,
    zone: "",
  }));
  return { endpoints, advertised: {} };
}

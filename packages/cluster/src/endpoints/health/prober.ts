import type { ClusterEvents, LiveEndpoint } from "@thrice/core";
import { logQuietly } from "@thrice/core";
import type { HealthCounters } from "./health-counters.js";

/** Tells whether an endpoint is well. One that rejects, or throws, counts as no. Should settle within seconds. */
export type Probe = (endpoint: LiveEndpoint) => Promise<boolean>;

/** Probes that may begin within one interval, so that a service that is down is not flooded. */
const maxPerInterval = 10;

/** What probes need. */
export interface ProberInit {
  readonly probe: Probe;
  readonly intervalMs: number;
  readonly nowMs: () => number;
  readonly events: ClusterEvents;
  readonly counters: HealthCounters;
}

/** Runs probes, a few at a time. It has no timer: it is asked to, as long as there is traffic. */
export class Prober {
  readonly intervalMs: number;
  readonly #init: ProberInit;
  #isClosed = false;
  #begun = 0;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(init: ProberInit) {
    this.intervalMs = init.intervalMs;
    this.#init = init;
  }

  /** Starts a probe, unless enough have begun of late. `settled` is told how it went, not before this returns. */
  start(endpoint: LiveEndpoint, startedMs: number, settled: (ok: boolean) => void): boolean {
    if (this.#isClosed || !this.#mayBegin(startedMs)) return false;
    void this.#ask(endpoint).then((ok) => {
      if (this.#isClosed) return;
      const { counters, events, nowMs } = this.#init;
      counters.probes++;
      if (!ok) counters.failedProbes++;
      const durationMs = nowMs() - startedMs;
      logQuietly(() => events.onProbe?.({ endpoint, ok, durationMs }));
      settled(ok);
    });
    return true;
  }

  /** Starts no more, and heeds none that is under way. */
  close(): void {
    this.#isClosed = true;
  }

  async #ask(endpoint: LiveEndpoint): Promise<boolean> {
    try {
      return (await this.#init.probe(endpoint)) === true;
    } catch {
      return false; // told by the event, and the endpoint stays away
    }
  }

  #mayBegin(nowMs: number): boolean {
    const sinceMs = nowMs - this.#beganMs;
    if (sinceMs >= this.intervalMs || sinceMs < 0) {
      this.#beganMs = nowMs;
      this.#begun = 0;
    }
    return this.#begun++ < maxPerInterval;
  }
}

import type { LiveEndpoint } from "@thrice/core";
import {
  inFlightAt,
  latencyAtMsAt,
  latencyMsAt,
  oldestStartMsAt,
} from "../endpoints/stats-slab.js";
import { decay } from "./decay.js";
import type { ListStats } from "./list-stats.js";
import type { WeightTable } from "./weight-table.js";

/** An endpoint that may be picked, as a cost function sees it. The object is used again: take what you need, keep nothing. */
export interface Candidate {
  readonly endpoint: LiveEndpoint;
  /**
   * Attempts under way there, and the one that is to come: 1 at least. With weight 200 among others of 100, each attempt
   * under way counts about half.
   */
  readonly load: number;
  /**
   * What `stats.latencyMs` has come down to by now, in milliseconds, at least 0.1. Of an endpoint of which nothing is known,
   * what is usual for its peers.
   */
  readonly latencyMs: number;
  /** Age of the oldest attempt under way there, in milliseconds; 0 if there is none. */
  readonly waitingMs: number;
  /** The time, in milliseconds; only differences mean anything. */
  readonly nowMs: number;
}

/** Time in which a latency falls to 1/e while nothing new is known, in milliseconds. @see Finagle, PeakEwma */
const decayMs = 10_000;
/** Shortest latency told apart, in milliseconds, so that the load still counts where all are quick. */
const shortestMs = 0.1;

/** Hot path: works out only what the cost function asks for. */
export class WeighedCandidate implements Candidate {
  nowMs = 0;
  #table!: WeightTable;
  #stats!: ListStats;
  #values!: Float64Array;
  #at = 0;
  /** Where the numbers of the endpoint begin. */
  #offset = 0;
  readonly #usual: UsualLatency;

  constructor(usual: UsualLatency) {
    this.#usual = usual;
  }

  /** Stands for endpoints of `table` from now on. */
  begin(table: WeightTable, nowMs: number): void {
    // Fields are set only when they change: setting one tells the garbage collector.
    if (table !== this.#table) {
      this.#table = table;
      this.#stats = table.stats;
    }
    const { values } = this.#stats;
    if (values !== this.#values) this.#values = values;
    this.nowMs = nowMs;
  }

  /** Stands for the endpoint at position `at` from now on. */
  become(at: number): void {
    this.#at = at;
    this.#offset = this.#stats.offsetOf(at);
  }

  get endpoint(): LiveEndpoint {
    return this.#table.endpoints[this.#at] as LiveEndpoint;
  }

  get load(): number {
    const inFlight = this.#values[this.#offset + inFlightAt] as number;
    // Of many endpoints most are idle: their weights need not be fetched.
    return inFlight === 0 ? 1 : 1 + inFlight / this.#table.relativeWeightAt(this.#at);
  }

  /** Whether attempts of this client are under way there. */
  get isBusy(): boolean {
    return this.#values[this.#offset + inFlightAt] !== 0;
  }

  /** The latency as it was noted last; NaN if nothing is known. */
  get notedMs(): number {
    return this.#values[this.#offset + latencyMsAt] as number;
  }

  get latencyMs(): number {
    const latencyMs = this.notedMs;
    if (Number.isNaN(latencyMs)) return this.#usual.ms;
    const agedMs = Math.max(0, this.nowMs - (this.#values[this.#offset + latencyAtMsAt] as number));
    return Math.max(shortestMs, latencyMs * decay(agedMs / decayMs));
  }

  get waitingMs(): number {
    return Math.max(0, this.nowMs - (this.#values[this.#offset + oldestStartMsAt] as number));
  }
}

/**
 * Follows the median of the latencies that it is shown, with one number: up a step for each above it, down for each below.
 *
 * @see Ma, Muthukrishnan and Sandler, "Frugal Streaming for Estimating Quantiles", 2013
 */
export class UsualLatency {
  /** Milliseconds. */
  ms = shortestMs;
  #isKnown = false;

  /** Takes over what another one knows. */
  copy(other: UsualLatency): void {
    this.ms = other.ms;
    this.#isKnown = other.#isKnown;
  }

  note(latencyMs: number): void {
    if (Number.isNaN(latencyMs)) return;
    if (this.#isKnown) this.ms = Math.max(shortestMs, this.ms * (latencyMs > this.ms ? up : down));
    else this.ms = Math.max(shortestMs, latencyMs);
    this.#isKnown = true;
  }
}

const up = 1.05;
const down = 1 / up;

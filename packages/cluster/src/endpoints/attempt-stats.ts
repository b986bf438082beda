/**
 * What the calls have seen of one endpoint.
 *
 * Hot path: two updates for each attempt, at constant cost. Those under way stand in a list that goes through the attempts
 * themselves, in the order of their start, so that the oldest is known whichever of them ends.
 */
import type { EndpointStats } from "@thrice/core";
import { defaultSlowStartMs } from "../load-balance/warm-up.js";
import type { HealthRecord } from "./health/health-record.js";
import type { EndpointVerdict } from "./judge-endpoint.js";
import type { StartedAttempt } from "./started-attempt.js";
import {
  inFlightAt,
  latencyAtMsAt,
  latencyMsAt,
  oldestStartMsAt,
  StatsSlab,
} from "./stats-slab.js";

/** Time in which an old peak of the latency falls to 1/e, in milliseconds. @see Finagle, PeakEwma */
const decayMs = 10_000;

/** What a failure counts as, in milliseconds, so that an endpoint that fails fast does not look fast. */
const penaltyMs = 5_000;

/** The most that one attempt counts as, in milliseconds: a clock that jumps must not mark an endpoint for hours. */
const longestMs = 60_000;

/** Statistics of one endpoint, kept by the calls. What balancers compare stands in a slab. */
export class AttemptStats implements EndpointStats {
  succeeded = 0;
  failed = 0;
  readonly knownSinceMs: number;
  readonly slowStartMs: number;
  /** Made when an attempt has ended, if the client looks after the health of endpoints. */
  health: HealthRecord | undefined = undefined;
  #slab: StatsSlab;
  #offset: number;
  #newest: StartedAttempt | undefined = undefined;

  /** `slab` is that of the client's endpoints; by default a small one of its own. */
  constructor(knownSinceMs: number, slab = new StatsSlab(1), slowStartMs = defaultSlowStartMs) {
    this.knownSinceMs = knownSinceMs;
    this.slowStartMs = slowStartMs;
    this.#slab = slab;
    this.#offset = slab.take();
  }

  get slab(): StatsSlab {
    return this.#slab;
  }

  /** Where the line of the endpoint begins in the slab. */
  get offset(): number {
    return this.#offset;
  }

  get inFlight(): number {
    return this.#slab.values[this.#offset + inFlightAt] as number;
  }

  set inFlight(count: number) {
    this.#slab.values[this.#offset + inFlightAt] = count;
  }

  get latencyMs(): number {
    return this.#slab.values[this.#offset + latencyMsAt] as number;
  }

  get latencyAtMs(): number {
    return this.#slab.values[this.#offset + latencyAtMsAt] as number;
  }

  get oldestStartMs(): number {
    return this.#slab.values[this.#offset + oldestStartMsAt] as number;
  }

  /** Gives the line back to the slab, and goes on in a small one: attempts may be under way that nobody will ask for. */
  leaveSlab(): void {
    const { values } = this.#slab;
    const own = new StatsSlab(1);
    own.copy(own.take(), values, this.#offset);
    this.#slab.release(this.#offset);
    this.#slab = own;
    this.#offset = 0;
  }

  /** An attempt began. */
  noteStart(attempt: StartedAttempt): void {
    const newest = this.#newest;
    this.#count(1);
    this.#newest = attempt;
    attempt.olderAttempt = newest;
    if (newest === undefined) this.#becomeOldest(attempt);
    else newest.newerAttempt = attempt;
  }

  /** An attempt ended whose start was noted; `how` counts for the endpoint, against it, or neither. */
  noteEnd(how: EndpointVerdict, attempt: StartedAttempt, nowMs: number, pushbackMs = 0): void {
    this.#count(-1);
    this.#takeOut(attempt);
    const tookMs = Math.max(0, nowMs - attempt.startedMs);
    if (how === "good") {
      this.succeeded++;
      this.#average(tookMs, nowMs);
    } else if (how === "bad") {
      this.failed++;
      this.#average(Math.max(tookMs, pushbackMs > 0 ? pushbackMs : penaltyMs), nowMs);
    } else if (!(tookMs <= this.latencyMs)) {
      this.#average(tookMs, nowMs); // given up on, after longer than usual
    }
  }

  /** Lets go of a penalty: the latency is `latencyMs`, unless it is lower already. NaN if nothing is to be known of it. */
  resetLatency(latencyMs: number, nowMs: number): void {
    if (this.latencyMs < latencyMs) return;
    const { values } = this.#slab;
    values[this.#offset + latencyMsAt] = latencyMs;
    values[this.#offset + latencyAtMsAt] = nowMs;
  }

  #takeOut(attempt: StartedAttempt): void {
    const { olderAttempt: older, newerAttempt: newer } = attempt;
    if (newer === undefined) this.#newest = older;
    else newer.olderAttempt = older;
    if (older === undefined) this.#becomeOldest(newer);
    else older.newerAttempt = newer;
    // What has ended holds on to no other: a long chain of them would never be freed.
    attempt.olderAttempt = undefined;
    attempt.newerAttempt = undefined;
  }

  #becomeOldest(attempt: StartedAttempt | undefined): void {
    const startMs = attempt === undefined ? Number.POSITIVE_INFINITY : attempt.startedMs;
    this.#slab.values[this.#offset + oldestStartMsAt] = startMs;
  }

  #count(change: number): void {
    const at = this.#offset + inFlightAt;
    const { values } = this.#slab;
    values[at] = (values[at] as number) + change;
  }

  #average(tookMs: number, nowMs: number): void {
    const { values } = this.#slab;
    const at = this.#offset;
    const before = values[at + latencyMsAt] as number;
    let latencyMs = Math.min(tookMs, longestMs);
    if (latencyMs < before) {
      const agedMs = Math.max(0, nowMs - (values[at + latencyAtMsAt] as number));
      const kept = Math.exp(-agedMs / decayMs);
      latencyMs = before * kept + latencyMs * (1 - kept);
    }
    values[at + latencyMsAt] = latencyMs;
    values[at + latencyAtMsAt] = nowMs;
  }
}

/**
 * What the calls have seen of one endpoint.
 *
 * Hot path: two updates for each attempt, at constant cost. Those under way stand in a list that goes through the attempts
 * themselves, in the order of their start, so that the oldest is known whichever of them ends.
 */
import type { EndpointStats } from "@thrice/core";
import type { HealthRecord } from "./health/health-record.js";
import type { EndpointVerdict } from "./judge-endpoint.js";
import type { StartedAttempt } from "./started-attempt.js";

/** Time in which an old peak of the latency falls to 1/e, in milliseconds. @see Finagle, PeakEwma */
const decayMs = 10_000;

/** What a failure counts as, in milliseconds, so that an endpoint that fails fast does not look fast. */
const penaltyMs = 5_000;

/** The most that one attempt counts as, in milliseconds: a clock that jumps must not mark an endpoint for hours. */
const longestMs = 60_000;

/** Statistics of one endpoint, kept by the calls. */
export class AttemptStats implements EndpointStats {
  inFlight = 0;
  latencyMs = Number.NaN;
  latencyAtMs = 0;
  oldestStartMs = Number.POSITIVE_INFINITY;
  succeeded = 0;
  failed = 0;
  readonly knownSinceMs: number;
  /** Made when an attempt has ended, if the client looks after the health of endpoints. */
  health: HealthRecord | undefined = undefined;
  #newest: StartedAttempt | undefined = undefined;

  constructor(knownSinceMs: number) {
    this.knownSinceMs = knownSinceMs;
  }

  /** An attempt began. */
  noteStart(attempt: StartedAttempt): void {
    const newest = this.#newest;
    this.inFlight++;
    this.#newest = attempt;
    attempt.olderAttempt = newest;
    if (newest === undefined) this.#becomeOldest(attempt);
    else newest.newerAttempt = attempt;
  }

  /** An attempt ended whose start was noted; `how` counts for the endpoint, against it, or neither. */
  noteEnd(how: EndpointVerdict, attempt: StartedAttempt, nowMs: number, pushbackMs = 0): void {
    this.inFlight--;
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
    this.latencyMs = latencyMs;
    this.latencyAtMs = nowMs;
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
    this.oldestStartMs = attempt === undefined ? Number.POSITIVE_INFINITY : attempt.startedMs;
  }

  #average(tookMs: number, nowMs: number): void {
    const before = this.latencyMs;
    const boundedMs = Math.min(tookMs, longestMs);
    if (!(boundedMs < before)) {
      this.latencyMs = boundedMs;
    } else {
      const kept = Math.exp(-Math.max(0, nowMs - this.latencyAtMs) / decayMs);
      this.latencyMs = before * kept + boundedMs * (1 - kept);
    }
    this.latencyAtMs = nowMs;
  }
}

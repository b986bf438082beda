import type { EndpointStats } from "@thrice/core";

/** Time in which an old peak of the latency falls to 1/e, in milliseconds. @see Finagle, PeakEwma */
const decayMs = 10_000;

/** What a failure counts as, in milliseconds, so that an endpoint that fails fast does not look fast. */
const penaltyMs = 5_000;

/**
 * Statistics of one endpoint, kept by the calls.
 *
 * Hot path: two updates for each attempt.
 */
export class AttemptStats implements EndpointStats {
  inFlight = 0;
  latencyMs = Number.NaN;
  latencyAtMs = 0;
  oldestStartMs = Number.POSITIVE_INFINITY;
  succeeded = 0;
  failed = 0;
  readonly knownSinceMs: number;
  /** Sum of the starts of the attempts under way. */
  #startsMs = 0;

  constructor(knownSinceMs: number) {
    this.knownSinceMs = knownSinceMs;
  }

  /** An attempt began. */
  noteStart(nowMs: number): void {
    if (this.inFlight++ === 0) this.oldestStartMs = nowMs;
    this.#startsMs += nowMs;
  }

  /** An attempt ended that began at `startedMs`; `how` counts for the endpoint, against it, or neither. */
  noteEnd(how: "good" | "bad" | "neutral", startedMs: number, nowMs: number, pushbackMs = 0): void {
    this.#noteOneLess(startedMs);
    const tookMs = nowMs - startedMs;
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

  /** Which of the others began first is not kept: when the oldest ends, their mean takes its place. */
  #noteOneLess(startedMs: number): void {
    this.inFlight--;
    this.#startsMs -= startedMs;
    if (this.inFlight === 0) {
      this.oldestStartMs = Number.POSITIVE_INFINITY;
      this.#startsMs = 0;
    } else if (startedMs <= this.oldestStartMs) {
      this.oldestStartMs = Math.max(startedMs, this.#startsMs / this.inFlight);
    }
  }

  #average(tookMs: number, nowMs: number): void {
    const before = this.latencyMs;
    if (!(tookMs < before)) {
      this.latencyMs = tookMs;
    } else {
      const kept = Math.exp(-Math.max(0, nowMs - this.latencyAtMs) / decayMs);
      this.latencyMs = before * kept + tookMs * (1 - kept);
    }
    this.latencyAtMs = nowMs;
  }
}

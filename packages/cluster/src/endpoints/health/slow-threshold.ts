import type { TrackedEndpoint } from "../live-endpoints.js";
import type { HealthSettings } from "./health-options.js";

/** How often the endpoints are compared, in milliseconds. */
const refreshMs = 1_000;
/** Endpoints that are looked at, so that to compare 100 000 costs no more than this many. */
const maxSample = 64;

/** From when on an answer is far slower than those of the other endpoints. */
export class SlowThreshold {
  /** In milliseconds; `Infinity` while there is nothing to compare. */
  ms = Number.POSITIVE_INFINITY;
  readonly #ratio: number;
  readonly #floorMs: number;
  #refreshedMs = Number.NEGATIVE_INFINITY;

  constructor({ slowRatio, slowFloorMs }: HealthSettings) {
    this.#ratio = slowRatio;
    this.#floorMs = slowFloorMs;
  }

  /** Compares the endpoints anew, if it was long ago. Called when an attempt has ended. */
  refresh(endpoints: readonly TrackedEndpoint[], nowMs: number): void {
    const sinceMs = nowMs - this.#refreshedMs;
    if (sinceMs < refreshMs && sinceMs >= 0) return;
    this.#refreshedMs = nowMs;
    if (this.#ratio > 0) this.ms = this.#from(typicalLatencies(endpoints));
  }

  #from(latencies: number[]): number {
    if (latencies.length < 2) return Number.POSITIVE_INFINITY;
    latencies.sort((a, b) => a - b);
    // The lower one of two in the middle: of two endpoints, one slow one must not be the measure.
    const median = latencies[(latencies.length - 1) >> 1] as number;
    return Math.max(this.#floorMs, this.#ratio * median);
  }
}

function typicalLatencies(endpoints: readonly TrackedEndpoint[]): number[] {
  const step = Math.max(1, Math.ceil(endpoints.length / maxSample));
  const latencies: number[] = [];
  for (let at = 0; at < endpoints.length; at += step) {
    const typicalMs = endpoints[at]?.stats.health?.typicalMs ?? Number.NaN;
    if (!Number.isNaN(typicalMs)) latencies.push(typicalMs);
  }
  return latencies;
}

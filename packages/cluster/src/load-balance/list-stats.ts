/**
 * Statistics of the endpoints of a list, by position: where each stands in the slab is found once per list, so that a pick
 * goes from a position to the numbers without passing by the objects.
 *
 * Hot path. Measured in bench/pick.ts.
 */
import type { LiveEndpoint } from "@thrice/core";
import { AttemptStats } from "../endpoints/attempt-stats.js";
import {
  inFlightAt,
  latencyAtMsAt,
  latencyMsAt,
  oldestStartMsAt,
  StatsSlab,
} from "../endpoints/stats-slab.js";

export class ListStats {
  readonly #endpoints: readonly LiveEndpoint[];
  /** Offset of each in `#slab`; undefined where statistics are of another make, or in several slabs. */
  #offsets: Int32Array | undefined;
  #slab: StatsSlab;
  #released = 0;

  constructor(endpoints: readonly LiveEndpoint[]) {
    this.#endpoints = endpoints;
    this.#slab = new StatsSlab(1);
    this.#find();
  }

  /** The numbers that {@link offsetOf} points into, until the next pick. */
  get values(): Float64Array {
    if (this.#slab.released !== this.#released) this.#find();
    return this.#slab.values;
  }

  /** Where in {@link values} the numbers of the endpoint at this position begin, until the next one is asked for. */
  offsetOf(at: number): number {
    const offsets = this.#offsets;
    return offsets === undefined ? this.#copy(at) : (offsets[at] as number);
  }

  #find(): void {
    const endpoints = this.#endpoints;
    const slab = slabOf(endpoints);
    this.#slab = slab ?? new StatsSlab(1);
    this.#released = this.#slab.released;
    this.#offsets = undefined;
    if (slab === undefined) return;
    const offsets = new Int32Array(endpoints.length);
    for (let at = 0; at < offsets.length; at++) {
      offsets[at] = ((endpoints[at] as LiveEndpoint).stats as AttemptStats).offset;
    }
    this.#offsets = offsets;
  }

  #copy(at: number): number {
    const { values } = this.#slab;
    const { stats } = this.#endpoints[at] as LiveEndpoint;
    values[latencyMsAt] = stats.latencyMs;
    values[latencyAtMsAt] = stats.latencyAtMs;
    values[oldestStartMsAt] = stats.oldestStartMs;
    values[inFlightAt] = stats.inFlight;
    return 0;
  }
}

/** The slab that all of them stand in; undefined if there is no such. */
function slabOf(endpoints: readonly LiveEndpoint[]): StatsSlab | undefined {
  let slab: StatsSlab | undefined;
  for (const { stats } of endpoints) {
    if (!(stats instanceof AttemptStats)) return undefined;
    slab ??= stats.slab;
    if (stats.slab !== slab) return undefined;
  }
  return slab;
}

/**
 * What balancers compare of many endpoints, in one array of numbers: four of them side by side for each endpoint.
 *
 * Hot path. Objects with such numbers lie all over the memory, each number in a place of its own: among 100 000 endpoints a
 * pick of three waited for about twenty of them, and took 1.5 µs. Here it waits for three (bench/pick.ts).
 */

/** Places in a line, from its offset on. Units as in `EndpointStats`. */
export const latencyMsAt = 0;
export const latencyAtMsAt = 1;
export const oldestStartMsAt = 2;
export const inFlightAt = 3;
const lineLength = 4;

/** Lines of numbers, one for each endpoint of a client. Grows as it must; a line that is given back is used again. */
export class StatsSlab {
  /** All lines. Another array after the slab has grown: read it anew each time. */
  values: Float64Array;
  /** Lines given back so far: where one begins is only sure as long as this is the same. */
  released = 0;
  readonly #free: number[] = [];
  #used = 0;

  /** Units: `lines` counts those that there is room for at first, 1 at least. */
  constructor(lines = 64) {
    this.values = new Float64Array(lines * lineLength);
  }

  /** Takes a line, as of an endpoint that nobody has called; gives its offset in `values`. */
  take(): number {
    const offset = this.#free.pop() ?? this.#addLine();
    const { values } = this;
    values[offset + latencyMsAt] = Number.NaN;
    values[offset + latencyAtMsAt] = 0;
    values[offset + oldestStartMsAt] = Number.POSITIVE_INFINITY;
    values[offset + inFlightAt] = 0;
    return offset;
  }

  /** Gives back the line that begins at `offset`; it is somebody else's from now on. */
  release(offset: number): void {
    this.released++;
    this.#free.push(offset);
  }

  /** Copies a line of another slab over the one that begins at `offset`. */
  copy(offset: number, from: Float64Array, fromOffset: number): void {
    this.values.set(from.subarray(fromOffset, fromOffset + lineLength), offset);
  }

  #addLine(): number {
    const offset = this.#used;
    this.#used += lineLength;
    if (this.#used > this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    return offset;
  }
}

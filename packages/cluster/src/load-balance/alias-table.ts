/**
 * Draws positions in proportion to weights in constant time: every slot of the table holds at most two positions.
 *
 * @see M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", 1991
 */
export class AliasTable {
  /** Share of its slot that belongs to each position itself, 0 to 1. */
  readonly #own: Float64Array;
  /** To whom the rest of the slot belongs. */
  readonly #other: Uint32Array;

  /** `weights` are above 0, and `total` is their sum. */
  constructor(weights: Float64Array, total: number) {
    const { length } = weights;
    this.#own = new Float64Array(length);
    this.#other = new Uint32Array(length);
    for (let at = 0; at < length; at++) {
      this.#own[at] = ((weights[at] as number) * length) / total;
      this.#other[at] = at;
    }
    this.#pair();
  }

  /** Position for a draw from 0 up to, but not including, 1. */
  draw(drawn: number): number {
    const { length } = this.#own;
    const mark = drawn * length;
    const slot = Math.min(Math.floor(mark), length - 1);
    return mark - slot < (this.#own[slot] as number) ? slot : (this.#other[slot] as number);
  }

  /** Fills up the slots of the light with what the heavy have left. What rounding leaves over keeps its slot. */
  #pair(): void {
    const own = this.#own;
    const { length } = own;
    const light = new Uint32Array(length);
    const heavy = new Uint32Array(length);
    let [lights, heavies] = [0, 0];
    for (let at = 0; at < length; at++) {
      if ((own[at] as number) < 1) light[lights++] = at;
      else heavy[heavies++] = at;
    }
    while (lights > 0 && heavies > 0) {
      const low = light[--lights] as number;
      const high = heavy[heavies - 1] as number;
      this.#other[low] = high;
      const left = (own[high] as number) - (1 - (own[low] as number));
      own[high] = left;
      if (left < 1) {
        heavies--;
        light[lights++] = high;
      }
    }
    while (lights > 0) own[light[--lights] as number] = 1;
    while (heavies > 0) own[heavy[--heavies] as number] = 1;
  }
}

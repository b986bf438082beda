const ringSize = 2 ** 32;

/**
 * Position of the first of sorted marks that is not below a point; after the last comes the first. Marks lie evenly, so it is
 * near where it would lie if they were perfectly even.
 *
 * Units: `bits` are the 32 of the point, with a sign or without.
 */
export function ceiling(marks: Uint32Array, bits: number): number {
  const point = bits >>> 0;
  const { length } = marks;
  const guess = Math.floor((point / ringSize) * length);
  let width = 16;
  let low = Math.max(0, guess - width);
  while (low > 0 && (marks[low - 1] as number) >= point) {
    width *= 4;
    low = Math.max(0, guess - width);
  }
  let high = Math.min(length, guess + width);
  while (high < length && (marks[high - 1] as number) < point) {
    width *= 4;
    high = Math.min(length, guess + width);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle] as number) < point) low = middle + 1;
    else high = middle;
  }
  return low === length ? 0 : low;
}

/**
 * How far something has come down that falls by itself, evenly in proportion to what is left.
 *
 * Hot path: `Math.exp` is a call out of compiled code; three of them took 30 of the 160 ns of a pick (bench/pick.ts).
 */

const stepsPerUnit = 16;
const units = 16;
const steps = Float64Array.from({ length: units * stepsPerUnit + 1 }, (_, step) =>
  Math.exp(-step / stepsPerUnit),
);

/** e^−x from a table, to within a thousandth for `x` up to 16 and 0 beyond. `x` is at least 0. */
export function decay(x: number): number {
  if (!(x < units)) return 0;
  const place = x * stepsPerUnit;
  const step = Math.floor(place);
  const above = steps[step] as number;
  return above + ((steps[step + 1] as number) - above) * (place - step);
}

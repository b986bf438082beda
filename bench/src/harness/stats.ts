/** One measurement: a number per metric. */
export type Sample = Readonly<Record<string, number>>;

/** Median; the mean of the middle two if their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Value that a share of `ratio` of the values does not exceed; sorts them in place. NaN of nothing. */
export function percentile(values: Float64Array, ratio: number): number {
  values.sort();
  return values[Math.max(0, Math.ceil(values.length * ratio) - 1)] ?? Number.NaN;
}

/** Median of each metric on its own. */
export function medianSample(samples: readonly Sample[]): Sample {
  const keys = new Set(samples.flatMap((sample) => Object.keys(sample)));
  return Object.fromEntries(
    [...keys].map((key) => [key, median(samples.map((sample) => sample[key] ?? Number.NaN))]),
  );
}

import type { Histogram, Meter } from "@opentelemetry/api";

/** Bounds that the conventions advise for durations of calls, in seconds. */
const secondBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * A histogram of durations.
 *
 * Units: it takes seconds.
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/
 */
export function durationHistogram(meter: Meter, name: string, description: string): Histogram {
  const advice = { explicitBucketBoundaries: secondBounds };
  return meter.createHistogram(name, { unit: "s", description, advice });
}

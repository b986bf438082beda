import { costBalancer } from "./cost-balancer.js";

/**
 * Draws two endpoints, or three from 16 on, and picks the one where a call should be answered sooner: its latency, which jumps
 * up at once and comes down slowly, or the age of an attempt that it has not answered yet, times the attempts under way. A
 * failure counts as a latency of seconds, so that failing fast does not attract calls.
 *
 * @see Finagle, PeakEwma; Linkerd, for failures as latency
 */
export const peakEwma = costBalancer(
  "peakEwma",
  ({ latencyMs, waitingMs, load }) => Math.max(latencyMs, waitingMs) * load,
);

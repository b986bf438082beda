/**
 * How much of its weight an endpoint gets that has only begun: one that is cold answers slowly, and the first to feel it
 * should be few. Two things tell that one is new: what its provider says of itself, and when this client first heard of it.
 */
import type { LiveEndpoint } from "@thrice/core";

/**
 * Time in which an endpoint that appeared later comes to its full weight, in milliseconds, unless told otherwise.
 *
 * @see Envoy, slow start
 */
export const defaultSlowStartMs = 10_000;
/** Share of its weight with which it begins. @see Envoy, `min_weight_percent` */
const slowStartShare = 0.1;
/** Share with which a provider begins that asks for a warm-up: Dubbo gives 1 of 100. */
const warmUpShare = 0.01;

/**
 * Share of its weight, above 0 up to 1, that `endpoint` gets now. The smaller of two counts where both apply:
 *
 * - an endpoint that appeared while the client was running grows from a tenth to all within its slow start;
 * - one whose address has `timestamp`, when it started, and `warmup`, how long it wants, grows evenly over that time.
 *
 * Shape: providers in Java write both in milliseconds, those in Go both in seconds; a timestamp tells them apart by its size.
 * A parameter that is no number says nothing, and so does a start in the future: clocks differ.
 *
 * Units: `nowMs` is the time of the client's clock, `unixMs` that of the day; milliseconds.
 *
 * @see Dubbo, AbstractLoadBalance.calculateWarmupWeight; it takes ten minutes where `warmup` is not set, we none
 */
export function warmth(endpoint: LiveEndpoint, nowMs: number, unixMs: number): number {
  const { warmup, timestamp } = endpoint.address.params;
  const { knownSinceMs, slowStartMs = defaultSlowStartMs } = endpoint.stats;
  const knownMs = nowMs - knownSinceMs;
  const isNew = slowStartMs > 0 && knownMs < slowStartMs;
  const share = isNew ? Math.max(slowStartShare, knownMs / slowStartMs) : 1;
  if (warmup === undefined || timestamp === undefined) return share;
  return Math.min(share, advertisedWarmth(warmup, timestamp, unixMs));
}

function advertisedWarmth(warmup: string, timestamp: string, unixMs: number): number {
  if (!wholeNumber.test(warmup) || !wholeNumber.test(timestamp)) return 1;
  const unitMs = Number(timestamp) < firstMillisecondStamp ? 1_000 : 1;
  const upMs = unixMs - Number(timestamp) * unitMs;
  const warmUpMs = Number(warmup) * unitMs;
  if (upMs < 0 || upMs >= warmUpMs) return 1;
  return Math.max(warmUpShare, upMs / warmUpMs);
}

const wholeNumber = /^\d{1,16}$/;

/** In seconds this is the year 5138, in milliseconds 1973. */
const firstMillisecondStamp = 100_000_000_000;

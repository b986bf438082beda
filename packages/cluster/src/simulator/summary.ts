/** What a stretch of time came to. */
import { codeName } from "../call/code-name.js";
import type { AttemptNote, CallNote } from "./recorder.js";

/** Figures of the calls, and of the attempts, that began in a stretch of time. */
export interface Summary {
  /** The stretch, in milliseconds from the start of the simulation. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Calls that began; those of them that went well, that failed, and that have not ended. */
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Share of the calls that went well, 0 to 1; 1 if there were none. */
  readonly successRatio: number;
  /** Failed calls by code, such as `unavailable`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Attempts that reached a server. */
  readonly attempts: number;
  /** Attempts per call; 0 if there were no calls. */
  readonly loadFactor: number;
  /** Share of the attempts that each server got, by its id, 0 to 1. */
  readonly share: Readonly<Record<string, number>>;
  /** How long calls took, failed ones too, in milliseconds; NaN if none has ended. */
  readonly latencyMs: LatencyFigures;
}

/** Quantiles, in milliseconds. */
export interface LatencyFigures {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function summarize(
  calls: readonly CallNote[],
  attempts: readonly AttemptNote[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Summary {
  const ended = calls.filter(({ endedMs }) => !Number.isNaN(endedMs));
  const failed = ended.filter(({ code }) => code !== 0);
  const sent = attempts.filter(({ isSent }) => isSent);
  const succeeded = ended.length - failed.length;
  return {
    fromMs,
    toMs,
    calls: calls.length,
    succeeded,
    failed: failed.length,
    unfinished: calls.length - ended.length,
    successRatio: calls.length === 0 ? 1 : succeeded / calls.length,
    errors: count(failed, ({ code }) => (code === 0 ? "ok" : codeName(code))),
    attempts: sent.length,
    loadFactor: calls.length === 0 ? 0 : sent.length / calls.length,
    share: shareOf(
      count(sent, ({ server }) => server),
      sent.length,
    ),
    latencyMs: figuresOf(ended),
  };
}

function count<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = keyOf(item);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function shareOf(counts: Record<string, number>, total: number): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, value / total]));
}

function figuresOf(calls: readonly CallNote[]): LatencyFigures {
  const took = Float64Array.from(calls, ({ beganMs, endedMs }) => endedMs - beganMs).sort();
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? Number.NaN;
  const sum = took.reduce((total, ms) => total + ms, 0);
  const mean = sum / took.length;
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

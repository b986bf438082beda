import type { AttemptStats } from "../endpoints/attempt-stats.js";
import type { EndpointVerdict } from "../endpoints/judge-endpoint.js";
import type { StartedAttempt } from "../endpoints/started-attempt.js";

/** Attempts that {@link startAt} began and {@link endAt} has not ended. */
const open = new WeakMap<AttemptStats, StartedAttempt[]>();

/** Notes that an attempt began at `startedMs`. */
export function startAt(stats: AttemptStats, startedMs: number): void {
  const attempt = { startedMs, olderAttempt: undefined, newerAttempt: undefined };
  stats.noteStart(attempt);
  open.set(stats, [...(open.get(stats) ?? []), attempt]);
}

/** Notes how an attempt ended that began at `startedMs`. */
export function endAt(
  stats: AttemptStats,
  how: EndpointVerdict,
  startedMs: number,
  nowMs: number,
): void {
  const under = open.get(stats) ?? [];
  const attempt = under.find((one) => one.startedMs === startedMs);
  if (attempt === undefined) throw new Error(`no attempt began at ${startedMs}`);
  open.set(
    stats,
    under.filter((one) => one !== attempt),
  );
  stats.noteEnd(how, attempt, nowMs);
}

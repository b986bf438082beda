import type { AttemptRecord, AttemptResult } from "@thrice/core";
import type { CallInit, CallPlan } from "./call-plan.js";
import { CallRun } from "./call-run.js";
import { isWatched, type WatchedRun, watchCall } from "./watch-call.js";

/** How a call ended, and by which attempts. */
export interface CallEnd {
  readonly result: AttemptResult;
  readonly attempts: readonly AttemptRecord[];
  /** Settles, never rejects, when the call holds nothing any more; for a stream, when it has been read. */
  readonly finished: Promise<void>;
}

/**
 * Starts one call: hands it to its strategy, and ends it when the caller cancels, the deadline passes or the client
 * closes, whatever the strategy does. Does not throw; `init` is told how it ends.
 */
export function startCall(plan: CallPlan, init: CallInit): void {
  if (isWatched(plan, init)) startWatched(watchCall(plan, init));
  else new CallRun(plan, init).begin();
}

function startWatched({ plan, init }: WatchedRun): void {
  new CallRun(plan, init).begin();
}

/** As {@link startCall}, with promises. Never rejects. */
export function runCall(
  plan: CallPlan,
  init: Omit<CallInit, "onAnswer" | "onFailure" | "onFinished">,
): Promise<CallEnd> {
  const finished = Promise.withResolvers<void>();
  return new Promise((resolve) =>
    startCall(plan, {
      timeoutMs: init.timeoutMs,
      signal: init.signal,
      message: init.message,
      header: init.header,
      onExplain: init.onExplain,
      start: (request, listener) => init.start(request, listener),
      whyNotReplayable: () => init.whyNotReplayable(),
      onAnswer: (answer, endpoint, { attempts }) =>
        resolve({ result: { ok: true, endpoint, answer }, attempts, finished: finished.promise }),
      onFailure: (result, { attempts }) =>
        resolve({ result, attempts, finished: finished.promise }),
      onFinished: () => finished.resolve(),
    }),
  );
}

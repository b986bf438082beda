import type { AttemptRecord, AttemptResult } from "@thrice/core";
import type { CallInit, CallPlan } from "./call-plan.js";
import { CallRun } from "./call-run.js";

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
  new CallRun(plan, init).begin();
}

/** As {@link startCall}, with promises. Never rejects. */
export function runCall(
  plan: CallPlan,
  init: Omit<CallInit, "onResult" | "onFinished">,
): Promise<CallEnd> {
  const finished = Promise.withResolvers<void>();
  return new Promise((resolve) =>
    startCall(plan, {
      timeoutMs: init.timeoutMs,
      signal: init.signal,
      message: init.message,
      header: init.header,
      start: (request, listener) => init.start(request, listener),
      whyNotReplayable: () => init.whyNotReplayable(),
      onResult: (result, { attempts }) => resolve({ result, attempts, finished: finished.promise }),
      onFinished: () => finished.resolve(),
    }),
  );
}

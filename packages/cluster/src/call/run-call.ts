import { Code, ConnectError } from "@connectrpc/connect";
import type { AttemptRecord, AttemptResult, FailedAttempt } from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";
import type { CallPlan } from "./call-plan.js";
import { CallRun } from "./call-run.js";
import { describeFailure } from "./describe-failure.js";
import { cancelError, deadlineError } from "./end-errors.js";

/** How a call ended, and by which attempts. */
export interface CallEnd {
  readonly result: AttemptResult;
  readonly attempts: readonly AttemptRecord[];
  /** Settles, never rejects, when the call holds nothing any more; for a stream, when it has been read. */
  readonly finished: Promise<void>;
}

/**
 * Runs one call: hands it to its strategy, and ends it when the caller cancels, the deadline passes or the client
 * closes, whatever the strategy does. Never rejects. When it settles, no losing attempt runs on; a stream that
 * was answered stays bound to the caller's signal and the deadline until it is finished.
 */
export async function runCall(plan: CallPlan): Promise<CallEnd> {
  const run = new CallRun(plan);
  const outside = watchOutside(plan, run);
  const result = await Promise.race([outside.ended, runStrategy(plan, run)]);
  const finished = run.keepOnly(result).then(outside.release);
  const { attempts } = run;
  return { result: result.ok ? result : describeFailure(result, attempts), attempts, finished };
}

interface Outside {
  /** Settles when the caller or the deadline ends the call. */
  readonly ended: Promise<FailedAttempt>;
  /** Lets go of the caller's signal and the timer. */
  release(): void;
}

function watchOutside({ signal, clock, timeoutMs, hold }: CallPlan, run: CallRun): Outside {
  let settle: (result: FailedAttempt) => void = () => {};
  const ended = new Promise<FailedAttempt>((resolve) => {
    settle = resolve;
  });
  const onAbort = () => settle(run.end("cancelled", cancelError(signal?.reason)));
  const onDeadline = () => settle(run.end("deadline-passed", deadlineError(timeoutMs)));
  const undoTimer = Number.isFinite(timeoutMs) ? clock.setTimer(timeoutMs, onDeadline) : undefined;
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  const letGo = hold((outcome, error) => settle(run.end(outcome, error)));
  const release = () => {
    letGo();
    undoTimer?.();
    signal?.removeEventListener("abort", onAbort);
  };
  return { ended, release };
}

async function runStrategy({ strategy }: CallPlan, run: CallRun): Promise<AttemptResult> {
  try {
    const result: unknown = await strategy.run(run);
    if (isResult(result)) return result;
    return strategyFailure(`cluster strategy ${strategy.name} returned no result of an attempt`);
  } catch (cause) {
    return strategyFailure(
      `cluster strategy ${strategy.name} threw: ${describeThrown(cause)}`,
      cause,
    );
  }
}

function isResult(value: unknown): value is AttemptResult {
  if (typeof value !== "object" || value === null) return false;
  const { ok, answer, error } = value as Partial<Record<"ok" | "answer" | "error", unknown>>;
  return ok === true
    ? typeof answer === "object" && answer !== null
    : error instanceof ConnectError;
}

function strategyFailure(text: string, cause?: unknown): FailedAttempt {
  const error = new ConnectError(text, Code.Internal, undefined, undefined, cause);
  return { ok: false, endpoint: undefined, outcome: "rejected", error };
}

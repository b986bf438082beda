import { Code } from "@connectrpc/connect";
import type { AttemptResult, ClusterCall, ClusterStrategy, FailedAttempt } from "@thrice/core";
import { isUnprocessed } from "@thrice/core";
import { emptyAnswer } from "./empty-answer.js";
import type { FailbackDrop } from "./failback-event.js";
import {
  type FailbackOptions,
  type FailbackSettings,
  resolveFailback,
} from "./failback-options.js";
import { refusal } from "./refusal.js";

/** A strategy that calls can wait in. */
export interface Failback extends ClusterStrategy {
  /** Calls that wait for another try, or are being tried. */
  readonly queued: number;
  /** Tries each call that waits once more, at once, and takes on no others. Resolves when none is left; never rejects. */
  stop(): Promise<void>;
}

/**
 * Makes one attempt; when it fails, answers with an empty message and repeats the call in the background, with pauses that
 * double, until it succeeds or its retries are spent. What waits is lost when the client closes or the process ends: `stop()`
 * before that. For unary calls.
 *
 * @throws TypeError or RangeError naming the option, its bound and its value.
 */
export function failback(options: FailbackOptions = {}): Failback {
  return new BackgroundRetries(resolveFailback(options));
}

class BackgroundRetries implements Failback {
  readonly name = "failback";
  readonly #settings: FailbackSettings;
  readonly #tasks = new Set<Promise<unknown>>();
  readonly #wakers = new Set<() => void>();
  #isStopped = false;

  constructor(settings: FailbackSettings) {
    this.#settings = settings;
  }

  get queued(): number {
    return this.#tasks.size;
  }

  async run(call: ClusterCall): Promise<AttemptResult> {
    const { methodKind, parent, name } = call.method;
    const method = `${parent.typeName}/${name}`;
    if (methodKind !== "unary") {
      return refusal(
        `cluster strategy failback serves unary calls; ${method} is ${methodKind}`,
        Code.Unimplemented,
      );
    }
    const result = await call.attempt(call.pick());
    if (result.ok || call.remainingMs() === 0) return result;
    this.#takeOn(call, result);
    return emptyAnswer(call.method);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const wake of this.#wakers) wake();
    await Promise.all(this.#tasks);
  }

  #takeOn(call: ClusterCall, failure: FailedAttempt): void {
    const { maxQueued, tell } = this.#settings;
    const isFull = this.#tasks.size >= maxQueued;
    const reason = whyFinal(call, failure) ?? (this.#isStopped ? "stopped" : undefined);
    if (reason !== undefined || isFull) {
      tell(call, { kind: "dropped", reason: reason ?? "queue-full", failure });
      return;
    }
    const later = { name: this.name, run: (again: ClusterCall) => this.#repeat(again, failure) };
    const task: Promise<unknown> = call.redo(later).then(() => this.#tasks.delete(task));
    this.#tasks.add(task);
    tell(call, { kind: "queued", failure });
  }

  async #repeat(call: ClusterCall, first: FailedAttempt): Promise<AttemptResult> {
    const { retries, tell } = this.#settings;
    let failure = first;
    let dropped: FailbackDrop = "retries-spent";
    for (let retry = 1; retry <= retries; retry++) {
      await this.#pause(call, this.#delayMs(call, failure, retry));
      const exclude = failure.endpoint === undefined ? [] : [failure.endpoint];
      const result = await call.attempt(call.pick({ exclude }), { kind: "planned" });
      if (result.ok) {
        tell(call, { kind: "recovered", retry });
        return result;
      }
      failure = result;
      const reason = this.#whyOver(call, failure);
      if (reason !== undefined) {
        dropped = reason;
        break;
      }
      tell(call, { kind: "failed", retry, failure });
    }
    tell(call, { kind: "dropped", reason: dropped, failure });
    return failure;
  }

  #whyOver(call: ClusterCall, failure: FailedAttempt): FailbackDrop | undefined {
    if (call.remainingMs() === 0) return "client-closed";
    return this.#isStopped ? "stopped" : whyFinal(call, failure);
  }

  #delayMs({ random }: ClusterCall, { pushback }: FailedAttempt, retry: number): number {
    if (this.#isStopped) return 0;
    if (pushback?.kind === "after") return pushback.delayMs;
    const { baseMs, maxMs } = this.#settings;
    return Math.min(maxMs, baseMs * 2 ** (retry - 1)) * (0.5 + random() / 2);
  }

  /** Waits, or less when `stop()` comes before. */
  #pause(call: ClusterCall, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wakers.add(resolve);
      void call.pause(delayMs).then(() => {
        this.#wakers.delete(resolve);
        resolve();
      });
    });
  }
}

/** A call without an endpoint may find one later; what else is rejected on this side stays so. */
function whyFinal({ policy }: ClusterCall, failure: FailedAttempt): FailbackDrop | undefined {
  const { outcome, endpoint, pushback } = failure;
  if (endpoint === undefined) return undefined;
  if (pushback?.kind === "stop") return "not-retryable";
  const isWorth = isUnprocessed(outcome) || (outcome !== "rejected" && policy.retryOn(failure));
  return isWorth ? undefined : "not-retryable";
}

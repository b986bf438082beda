/** Retries and hedges of one call, planned together: one count of each, one timer, one answer. */
import {
  type AttemptResult,
  type ClusterCall,
  type FailedAttempt,
  isUnprocessed,
} from "@thrice/core";
import { freshEndpoints } from "../fresh-endpoints.js";
import { decideRetry } from "../retry/decide-retry.js";

/** Shape: each chain is an attempt and the retries that follow it; a hedge begins another chain. */
export class HedgePlan {
  readonly #call: ClusterCall;
  /** How long an attempt may take before a hedge, in milliseconds; undefined while nobody knows. */
  readonly #delayMs: () => number | undefined;
  readonly #maxHedges: number;
  readonly #end = Promise.withResolvers<AttemptResult>();
  #chains = 0;
  #retries = 0;
  #hedges = 0;
  /** Counts the timers that were set, of which only the last one counts. */
  #timer = 0;
  #last: FailedAttempt | undefined;

  constructor(call: ClusterCall, delayMs: () => number | undefined, maxHedges: number) {
    this.#call = call;
    this.#delayMs = delayMs;
    this.#maxHedges = maxHedges;
  }

  run(): Promise<AttemptResult> {
    this.#begin("retry");
    return this.#end.promise;
  }

  #begin(kind: "retry" | "hedge"): void {
    this.#chains++;
    this.#runChain(kind).catch(this.#end.reject);
  }

  async #runChain(kind: "retry" | "hedge"): Promise<void> {
    let afterMs: number | undefined = 0;
    for (let next = kind; afterMs !== undefined; next = "retry") {
      if (afterMs > 0) await this.#call.pause(afterMs);
      afterMs = await this.#attempt(next);
    }
    if (--this.#chains === 0 && this.#last !== undefined) this.#end.resolve(this.#last);
  }

  /** Makes one attempt. Resolves with the pause before the next one, or with undefined if it was the chain's last. */
  async #attempt(kind: "retry" | "hedge"): Promise<number | undefined> {
    const call = this.#call;
    const { tried } = call;
    const attempt = call.attempt(call.pick({ exclude: tried }), { kind });
    const wasSent = call.tried.length > tried.length;
    if (wasSent) this.#setTimer();
    const result = await attempt;
    if (result.ok || (wasSent && this.#isFinal(result))) {
      this.#end.resolve(result);
      return undefined;
    }
    if (wasSent || this.#last === undefined) this.#last = result;
    return wasSent ? this.#retryAfterMs(result) : undefined;
  }

  /** What a peer said of the request holds, whatever the others may come to say. */
  #isFinal(failure: FailedAttempt): boolean {
    return !isUnprocessed(failure.outcome) && !this.#call.policy.retryOn(failure);
  }

  /** A retry takes the place of the hedge that was due; it goes at once while there is an endpoint not tried yet. */
  #retryAfterMs(failure: FailedAttempt): number | undefined {
    const decision = decideRetry(failure, this.#call, this.#retries + 1);
    const isStop = decision.kind === "stop" && decision.reason === "server-said-stop";
    if (isStop) this.#hedges = this.#maxHedges;
    if (decision.kind === "stop") return undefined;
    this.#retries++;
    this.#timer++;
    return failure.pushback === undefined && this.#hasFresh() ? 0 : decision.afterMs;
  }

  #hasFresh(): boolean {
    return freshEndpoints(this.#call.healthy, this.#call.tried).length > 0;
  }

  #setTimer(): void {
    if (this.#hedges < this.#maxHedges) this.#hedgeLater().catch(this.#end.reject);
  }

  /** Comes back later, and ever later, while the budget is empty: a call that hangs must not miss its hedge. */
  async #hedgeLater(): Promise<void> {
    const timer = ++this.#timer;
    let delayMs = this.#delayMs();
    while (delayMs !== undefined) {
      await this.#call.pause(delayMs);
      const isDue = timer === this.#timer && this.#hedges < this.#maxHedges;
      if (!isDue || this.#call.remainingMs() === 0 || !this.#hasFresh()) return;
      if (this.#call.hasBudget()) {
        this.#hedges++;
        return this.#begin("hedge");
      }
      delayMs = Math.min(2 * delayMs, Math.max(delayMs, maxRearmMs));
    }
  }
}

/** Longest wait for the budget, in milliseconds, unless the delay itself is longer. */
const maxRearmMs = 100;

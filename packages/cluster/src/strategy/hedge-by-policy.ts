import type { AttemptResult, ClusterCall, ClusterStrategy, FailedAttempt } from "@thrice/core";

/**
 * Makes the strategy of a service config's `hedgingPolicy`: an attempt each `delayMs` milliseconds, the next at once when one
 * fails with a status that `retryOn` names, up to `1 + retries`. The first answer wins, and any other status ends the call.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Hedging Policy"
 */
export function hedgeByPolicy(delayMs: number): ClusterStrategy {
  return { name: "hedging-policy", run: (call) => new Hedges(call, delayMs).run() };
}

/** Shape: sends while it may and the time has come, then waits for an attempt to end or for the time. */
class Hedges {
  readonly #call: ClusterCall;
  readonly #delayMs: number;
  readonly #running = new Map<number, Promise<[number, AttemptResult]>>();
  #left: number;
  #sent = 0;
  #nextAtMs: number;
  #last: FailedAttempt | undefined;

  constructor(call: ClusterCall, delayMs: number) {
    this.#call = call;
    this.#delayMs = delayMs;
    this.#left = 1 + call.policy.retries;
    this.#nextAtMs = call.nowMs();
  }

  async run(): Promise<AttemptResult> {
    for (;;) {
      this.#sendDue();
      if (this.#running.size === 0 && this.#left === 0) {
        return this.#last ?? this.#call.attempt(undefined);
      }
      const ended = await this.#next();
      if (ended === undefined) continue;
      const [number, result] = ended;
      this.#running.delete(number);
      if (result.ok || this.#isFatal(result)) return result;
      this.#takeNote(result);
    }
  }

  /** The attempt that ends next; undefined if the time for another one comes before. */
  #next(): Promise<[number, AttemptResult] | undefined> {
    const events: Promise<[number, AttemptResult] | undefined>[] = [...this.#running.values()];
    if (this.#left > 0) {
      const waitMs = this.#nextAtMs - this.#call.nowMs();
      events.push(this.#call.pause(waitMs).then(() => undefined));
    }
    return Promise.race(events);
  }

  #sendDue(): void {
    while (this.#left > 0 && this.#call.nowMs() >= this.#nextAtMs) {
      if (this.#call.remainingMs() === 0) this.#left = 0;
      else if (this.#sent > 0 && !this.#call.hasBudget()) this.#passOver();
      else this.#send();
    }
  }

  #send(): void {
    const number = this.#sent++;
    this.#left--;
    this.#nextAtMs = this.#call.nowMs() + this.#delayMs;
    const endpoint = this.#call.pick({ exclude: this.#call.tried });
    const attempt = this.#call.attempt(endpoint, { kind: "hedge" });
    this.#running.set(
      number,
      attempt.then((result) => [number, result]),
    );
  }

  /** A hedge that is not paid for is not sent; there may be something by the time of the next one. */
  #passOver(): void {
    if (this.#delayMs === 0) this.#left = 0;
    this.#nextAtMs = this.#call.nowMs() + this.#delayMs;
  }

  #isFatal(result: FailedAttempt): boolean {
    if (result.outcome === "rejected") return this.#running.size === 0 && this.#last === undefined;
    return result.hadHeaders === true || !this.#call.policy.retryOn(result);
  }

  #takeNote(result: FailedAttempt): void {
    if (result.outcome === "rejected") {
      this.#left = 0; // the request cannot be sent again
      return;
    }
    this.#last = result;
    const { pushback } = result;
    if (pushback?.kind === "stop") this.#left = 0;
    else this.#nextAtMs = this.#call.nowMs() + (pushback?.delayMs ?? 0);
  }
}

import type { ConnectError } from "@connectrpc/connect";
import type { Answer, AttemptEnd, CancelTimer, Outcome, RunningAttempt } from "@thrice/core";

/** An attempt that ends when the wire says so, or when it is stopped from here; whichever is first. */
export class WatchedAttempt {
  /** Settles once, never rejects. */
  readonly end: Promise<AttemptEnd>;
  readonly finished: Promise<unknown>;
  readonly #running: RunningAttempt;
  #settle: (end: AttemptEnd) => void = () => {};
  #undoTimer: CancelTimer | undefined;
  #answer: Answer | undefined;

  /** `judge` is called once, in the same tick as the attempt ends; what it returns is the end. */
  constructor(running: RunningAttempt, judge: (end: AttemptEnd) => AttemptEnd) {
    this.#running = running;
    this.finished = running.finished;
    this.end = new Promise((resolve) => {
      let ended = false;
      this.#settle = (end) => {
        if (ended) return;
        ended = true;
        this.#undoTimer?.();
        if (end.ok) this.#answer = end.answer;
        resolve(judge(end));
      };
    });
    void running.end.then(this.#settle);
  }

  /** What the attempt was answered with, once it was. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** Hands over a timer that is undone as soon as the attempt has ended. */
  boundBy(undoTimer: CancelTimer): void {
    this.#undoTimer = undoTimer;
  }

  /** Ends the attempt from here, and frees what it holds on the wire, also after it was answered. */
  stop(outcome: Outcome, error: ConnectError): void {
    this.#settle({ ok: false, outcome, error });
    this.#running.cancel(error);
  }
}

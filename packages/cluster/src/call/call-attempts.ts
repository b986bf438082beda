import type { ConnectError } from "@connectrpc/connect";
import type { Answer, AttemptRecord, Outcome } from "@thrice/core";
import type { AttemptHistory } from "./call-plan.js";
import type { OpenAttempt } from "./open-attempt.js";

/**
 * The attempts of one call, in the order they were begun. The call extends it, and the first attempt has a field of its own, so
 * that a call with one attempt makes no list.
 */
export class CallAttempts implements AttemptHistory {
  protected first: OpenAttempt | undefined = undefined;
  #others: OpenAttempt[] | undefined = undefined;
  #ended = 0;

  protected open(attempt: OpenAttempt): void {
    if (this.first === undefined) this.first = attempt;
    else if (this.#others === undefined) this.#others = [attempt];
    else this.#others.push(attempt);
  }

  get opened(): readonly OpenAttempt[] {
    if (this.first === undefined) return [];
    return this.#others === undefined ? [this.first] : [this.first, ...this.#others];
  }

  get attempts(): readonly AttemptRecord[] {
    const ended = this.opened.filter(({ endedAs }) => endedAs > 0);
    return ended.sort((a, b) => a.endedAs - b.endedAs).map(({ record }) => record);
  }

  onEnded(attempt: OpenAttempt): void {
    attempt.endedAs = ++this.#ended;
  }

  /** Whether the next attempt would be the first request that a server gets of this call. */
  protected get isFree(): boolean {
    return this.opened.every(neverLeft);
  }

  protected get wasAnswered(): boolean {
    return this.first?.answer !== undefined || this.opened.some(isAnswered);
  }

  /** Whether there was one attempt, and `answer` is what it gave. */
  protected isOnly(answer: Answer): boolean {
    return this.#others === undefined && this.first?.answer === answer;
  }

  /** Ends what is still under way, but for the attempt that gave `answer`. */
  protected stopAllBut(answer: Answer | undefined, outcome: Outcome, error: ConnectError): void {
    for (const attempt of this.opened) {
      const isKept = answer !== undefined && attempt.answer === answer;
      if (!isKept && !attempt.isFinished) attempt.stop(outcome, error);
    }
  }
}

function neverLeft(attempt: OpenAttempt): boolean {
  return attempt.neverLeft;
}

function isAnswered({ answer }: OpenAttempt): boolean {
  return answer !== undefined;
}

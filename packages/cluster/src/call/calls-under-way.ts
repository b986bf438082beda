import type { ConnectError } from "@connectrpc/connect";
import type { Outcome } from "@thrice/core";

/** Something that runs and can be ended from outside. Its links belong to the list that it stands in. */
export interface UnderWay {
  previousUnderWay: UnderWay | undefined;
  nextUnderWay: UnderWay | undefined;
  end(outcome: Outcome, error: ConnectError): void;
}

/**
 * What runs at the moment, oldest last. The list goes through the calls themselves: to enter and to leave costs four
 * assignments, and no memory.
 */
export class CallsUnderWay {
  #newest: UnderWay | undefined;
  #onEmpty: (() => void) | undefined;
  /** Whether all of them were ended: none is to begin after that. */
  isEnded = false;

  get isEmpty(): boolean {
    return this.#newest === undefined;
  }

  add(call: UnderWay): void {
    call.nextUnderWay = this.#newest;
    if (this.#newest !== undefined) this.#newest.previousUnderWay = call;
    this.#newest = call;
  }

  /** Takes `call` out; it must stand in this list. */
  remove(call: UnderWay): void {
    const { previousUnderWay: previous, nextUnderWay: next } = call;
    if (previous === undefined) {
      this.#newest = next;
      if (next === undefined) this.#onEmpty?.();
    } else previous.nextUnderWay = next;
    if (next !== undefined) next.previousUnderWay = previous;
    call.previousUnderWay = undefined;
    call.nextUnderWay = undefined;
  }

  /** Calls `then` once nothing runs, at once if nothing does. It replaces what was asked for before. */
  whenEmpty(then: () => void): void {
    this.#onEmpty = then;
    if (this.isEmpty) then();
  }

  /** Ends all that runs now, once and for all. */
  endAll(outcome: Outcome, error: ConnectError): void {
    this.isEnded = true;
    const calls: UnderWay[] = [];
    for (let call = this.#newest; call !== undefined; call = call.nextUnderWay) calls.push(call);
    for (const call of calls) call.end(outcome, error);
  }
}

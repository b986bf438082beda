/** What belongs to a call, and to an attempt, while they run. */
import type { Context, Span } from "@opentelemetry/api";
import type { AttemptInfo, AttemptKind, CallEndEvent } from "@thrice/core";

export class CallState {
  /** Undefined without traces. */
  readonly span: Span | undefined;
  /** Parent of its attempts. */
  readonly context: Context;
  /** Attempts by kind. */
  readonly counts: Record<AttemptKind, number> = {
    first: 0,
    retry: 0,
    transparent: 0,
    hedge: 0,
    planned: 0,
  };
  /** Where the attempt that decided went, as far as known: the last that began, or the first that was answered well. */
  endpoint: AttemptInfo["endpoint"] | undefined;
  /** Time in which no attempt was under way between two, in milliseconds. */
  idleMs = 0;
  /** How it ended, for a stream that is still being read. */
  ending: CallEndEvent | undefined;
  /** What broke its stream after the first answer. */
  streamError: { readonly code: string; readonly message: string | undefined } | undefined;
  /** The attempt that was first to be answered well. */
  winner: AttemptInfo | undefined;
  /** Duration of the call, in milliseconds, once nothing is held for it any more. */
  finishedMs: number | undefined;
  #active = 0;
  #idleSinceMs: number | undefined;

  constructor(span: Span | undefined, context: Context) {
    this.span = span;
    this.context = context;
  }

  begin({ kind, endpoint, startedMs }: AttemptInfo): void {
    this.counts[kind]++;
    if (this.winner === undefined) this.endpoint = endpoint;
    if (this.#active === 0 && this.#idleSinceMs !== undefined) {
      this.idleMs += Math.max(0, startedMs - this.#idleSinceMs);
    }
    this.#active++;
  }

  end(attempt: AttemptInfo, endedMs: number, isGood: boolean): void {
    this.#active--;
    this.#idleSinceMs = endedMs;
    if (!isGood || this.winner !== undefined) return;
    this.winner = attempt;
    this.endpoint = attempt.endpoint;
  }
}

/** What belongs to an attempt. */
export interface AttemptState {
  readonly call: CallState;
  readonly span: Span | undefined;
  /** What is sent with it. */
  readonly context: Context;
  /** Whether its stream of answers is being read. */
  isStreaming: boolean;
}

/**
 * What a client tells of its calls while they run: values for tracing and metrics. The same object stands for a call, and for
 * an attempt, in all that is told of it, so that a listener may keep what belongs to it in a `WeakMap`.
 */
import type { DescMethod } from "@bufbuild/protobuf";
import type { LiveEndpoint } from "./endpoint.js";
import type { Outcome } from "./outcome.js";

/** One call, as listeners know it. */
export interface CallInfo {
  readonly method: DescMethod;
  /** The call's attachments; undefined if there are none. */
  readonly header: Headers | undefined;
  /** On the client's clock, in milliseconds; only differences mean anything. */
  readonly startedMs: number;
  /** Bound of the whole call, in milliseconds; `Infinity` for none. */
  readonly timeoutMs: number;
}

/**
 * What an attempt is to its call.
 *
 * Shape:
 * - `first`: the call's first one, whatever its strategy
 * - `retry`: made since another one failed
 * - `transparent`: made below the strategy, since no handler can have seen the one before; counts for nothing
 * - `hedge`: made while another one takes long
 * - `planned`: one of several that the strategy meant to make from the start
 */
export type AttemptKind = "first" | "retry" | "transparent" | "hedge" | "planned";

/** One attempt, as listeners and attempt interceptors know it. */
export interface AttemptInfo {
  readonly call: CallInfo;
  /** Place among the attempts of its call, in the order of their start; 1 for the first. */
  readonly number: number;
  readonly kind: AttemptKind;
  readonly endpoint: LiveEndpoint;
  /** Why it is made, in words. */
  readonly reason: string;
  /**
   * How long it was held back, in milliseconds: a retry since the failure that it follows, a hedge since the attempt before
   * it began; 0 for others.
   */
  readonly delayMs: number;
  /** On the client's clock, in milliseconds. */
  readonly startedMs: number;
}

export interface CallStartEvent {
  readonly call: CallInfo;
}

export interface AttemptStartEvent {
  readonly attempt: AttemptInfo;
}

export interface AttemptEndEvent {
  readonly attempt: AttemptInfo;
  readonly outcome: Outcome;
  /** The status in words, `ok` included. */
  readonly code: string;
  /** From start to end, in milliseconds; of a stream, to the first answer. */
  readonly durationMs: number;
}

export interface CallEndEvent {
  readonly call: CallInfo;
  /** How the answer came to be: that of the attempt that decided, or what ended the call. */
  readonly outcome: Outcome;
  /** The status in words, `ok` included. */
  readonly code: string;
  /** From start to end, in milliseconds; of a stream, to the first answer. */
  readonly durationMs: number;
  /** Attempts that were sent. */
  readonly attempts: number;
}

export interface CallFinishEvent {
  readonly call: CallInfo;
  /** From start until nothing is held any more, in milliseconds; of a stream, until it has been read. */
  readonly durationMs: number;
}

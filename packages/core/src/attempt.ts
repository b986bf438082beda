/** One request sent to one endpoint on behalf of a call, and how it ended. */
import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { LiveEndpoint } from "./endpoint.js";
import type { Outcome } from "./outcome.js";

/** A good answer to a call with one answer message. */
export interface UnaryAnswer {
  readonly kind: "unary";
  readonly message: Message;
  readonly header: Headers;
  readonly trailer: Headers;
}

/** The beginning of a good answer to a call with many answer messages. */
export interface StreamAnswer {
  readonly kind: "stream";
  /** Read once, to the end or until `return()`; throws a `ConnectError` when the stream breaks. */
  readonly messages: AsyncIterable<Message>;
  readonly header: Headers;
  /** Filled when `messages` has ended. */
  readonly trailer: Headers;
}

export type Answer = UnaryAnswer | StreamAnswer;

/** A server's word on when to try again: after so many milliseconds, or not at all. */
export type Pushback =
  | { readonly kind: "after"; readonly delayMs: number }
  | { readonly kind: "stop" };

/** How the wire saw an attempt fail. */
export interface AttemptFailure {
  readonly outcome: Outcome;
  readonly error: ConnectError;
  readonly pushback?: Pushback;
  /** Whether no byte of the request left this side. */
  readonly neverSent?: boolean;
  /** Whether the headers of an answer had come before it failed. */
  readonly hadHeaders?: boolean;
  /**
   * Whether another attempt may do better although this one was `rejected`: an attempt interceptor failed it before anything
   * was sent, so that its code decides.
   */
  readonly isRepeatable?: boolean;
}

/** An attempt on its way. */
export interface RunningAttempt {
  /** Stops the attempt and frees what it holds. A stream that is being read fails with `error`. */
  cancel(error: ConnectError): void;
}

/**
 * Told how an attempt ends: of one answer or one failure, and then, once, that nothing is held any more. Any of it may come
 * before the function that starts the attempt has returned.
 */
export interface AttemptListener {
  /** The whole answer, or for a stream its beginning. */
  onAnswer(answer: Answer): void;
  onFailure(failure: AttemptFailure): void;
  onFinished(): void;
}

/** One line of a call's history. */
export interface AttemptRecord {
  /** Endpoint id. */
  readonly endpoint: string;
  readonly outcome: Outcome;
  /** The status in words, `ok` included. */
  readonly code: string;
  /** From start to end, in milliseconds. */
  readonly durationMs: number;
}

/** An attempt as a cluster strategy sees it. */
export type AttemptResult = AnsweredAttempt | FailedAttempt;

/** An attempt that succeeded, or an answer that a strategy made itself. */
export interface AnsweredAttempt {
  readonly ok: true;
  /** Undefined when no endpoint gave the answer; such a one earns no budget. */
  readonly endpoint: LiveEndpoint | undefined;
  readonly answer: Answer;
}

/** An attempt that did not succeed. */
export interface FailedAttempt extends AttemptFailure {
  readonly ok: false;
  /** Undefined when there was none to send to. */
  readonly endpoint: LiveEndpoint | undefined;
  /** Whether the call would have gone on, but was not allowed to: its retry budget was spent, or it was held back. */
  readonly wasCutShort?: boolean;
}

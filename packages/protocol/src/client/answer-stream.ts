import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { attemptFailure } from "./attempt-failure.js";

/**
 * The messages of an answer, of which the first has been read ahead. Can be read once; `return()`, and so a
 * `break` out of a loop, cancels the stream.
 */
export class AnswerStream implements AsyncIterableIterator<Message> {
  /** Settles once, never rejects, when the stream has ended, has failed, was left or was released. */
  readonly finished: Promise<void>;
  readonly #rest: AsyncIterator<Message>;
  readonly #cancel: (error: ConnectError) => void;
  #first: IteratorResult<Message> | undefined;
  #left = false;
  #finish: () => void = () => {};

  private constructor(
    first: IteratorResult<Message>,
    rest: AsyncIterator<Message>,
    cancel: (error: ConnectError) => void,
  ) {
    this.#first = first;
    this.#rest = rest;
    this.#cancel = cancel;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (first.done) this.#finish();
  }

  /** Waits for the first message, or the good end of an empty stream. Rejects if there is neither. */
  static async begin(
    messages: AsyncIterable<Message>,
    cancel: (error: ConnectError) => void,
  ): Promise<AnswerStream> {
    const iterator = messages[Symbol.asyncIterator]();
    return new AnswerStream(await iterator.next(), iterator, cancel);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Rejects with a `ConnectError` when the stream breaks. */
  async next(): Promise<IteratorResult<Message>> {
    if (this.#left) return end;
    const first = this.#first;
    if (first !== undefined) {
      if (!first.done) this.#first = undefined;
      return first;
    }
    try {
      const next = await this.#rest.next();
      if (next.done) {
        this.#first = next;
        this.#finish();
      }
      return next;
    } catch (reason) {
      this.#finish();
      throw attemptFailure(reason).error;
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#left = true;
    this.#cancel(new ConnectError("the caller left the stream", Code.Canceled));
    this.#finish();
    return end;
  }

  /** Says that the stream was cancelled, so that it counts as finished even if nobody reads it any more. */
  release(): void {
    this.#finish();
  }
}

const end: IteratorResult<Message> = { done: true, value: undefined };

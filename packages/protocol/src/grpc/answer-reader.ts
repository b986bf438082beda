import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { MessageQueue } from "./message-queue.js";

/**
 * The answer of a stream, as its caller reads it: once, to the end, or until it is left. Leaving it, by `return()` or by
 * `break` out of a loop, cancels the stream.
 */
export class AnswerReader implements AsyncIterableIterator<Message> {
  /** Settles once, never rejects, when the answer has been read, has failed or was left. */
  readonly finished: Promise<void>;
  readonly #queue: MessageQueue<Message>;
  readonly #cancel: (error: ConnectError) => void;
  #ahead: IteratorResult<Message> | undefined;
  #finish: () => void = () => {};

  constructor(queue: MessageQueue<Message>, cancel: (error: ConnectError) => void) {
    this.#queue = queue;
    this.#cancel = cancel;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Reads the first message, or the good end of an empty answer. Rejects if there is neither. */
  async readAhead(): Promise<void> {
    this.#ahead = await this.#queue.next();
    if (this.#ahead.done) this.#finish();
  }

  /** Says that nobody will read on. */
  release(): void {
    this.#finish();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message>> {
    const ahead = this.#ahead;
    if (ahead === undefined) return this.#read();
    this.#ahead = undefined;
    return Promise.resolve(ahead);
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#ahead = undefined;
    this.#cancel(new ConnectError("the caller left the stream", Code.Canceled));
    this.#queue.clear();
    this.#finish();
    return { done: true, value: undefined };
  }

  async #read(): Promise<IteratorResult<Message>> {
    try {
      const next = await this.#queue.next();
      if (next.done) this.#finish();
      return next;
    } catch (reason) {
      this.#finish();
      throw ConnectError.from(reason);
    }
  }
}

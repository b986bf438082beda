import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Arrived } from "./arrived.js";
import type { IncomingQueue } from "./incoming-queue.js";

/**
 * The answer of a stream, as its caller reads it: once, to the end, or until it is left. Leaving it, by `return()` or by
 * `break` out of a loop, cancels the stream.
 */
export class AnswerReader implements AsyncIterableIterator<Message> {
  readonly #queue: IncomingQueue<Arrived, Message>;
  readonly #cancel: (error: ConnectError) => void;
  #ahead: IteratorResult<Message> | undefined;
  #hasLeft = false;

  constructor(queue: IncomingQueue<Arrived, Message>, cancel: (error: ConnectError) => void) {
    this.#queue = queue;
    this.#cancel = cancel;
  }

  /** Reads the first message, or the good end of an empty answer. Rejects if there is neither. */
  async readAhead(): Promise<void> {
    this.#ahead = await this.#queue.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message>> {
    const ahead = this.#ahead;
    if (this.#hasLeft) return Promise.resolve(end);
    if (ahead === undefined) return this.#queue.next();
    this.#ahead = undefined;
    return Promise.resolve(ahead);
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#hasLeft = true;
    this.#ahead = undefined;
    void this.#queue.return();
    this.#cancel(new ConnectError("the caller left the stream", Code.Canceled));
    return end;
  }
}

const end: IteratorResult<Message> = { done: true, value: undefined };

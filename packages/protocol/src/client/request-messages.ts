import type { Message } from "@bufbuild/protobuf";
import type { RequestInput } from "../channel.js";

/**
 * The messages of a request, however many. Its source is read once. When the request is left before its end,
 * the source's `return()` is called, once; what that throws has no reader and is dropped.
 */
export function requestMessages(input: RequestInput): AsyncIterable<Message> {
  return input.kind === "many" ? new RequestMessages(input.messages) : single(input.message);
}

/** Connect asks for the iterator anew in order to close it, and throws into it: both become one `return()`. */
class RequestMessages implements AsyncIterableIterator<Message> {
  readonly #source: AsyncIterator<Message>;
  #ended = false;

  constructor(messages: AsyncIterable<Message>) {
    this.#source = messages[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Message>> {
    if (this.#ended) return end;
    try {
      const next = await this.#source.next();
      this.#ended ||= next.done === true;
      return next;
    } catch (reason) {
      this.#ended = true;
      throw reason;
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    if (!this.#ended) {
      this.#ended = true;
      void this.#leaveSource(); // not waited for: a source that hangs in next() answers only after it
    }
    return end;
  }

  /** Connect asks for it; what ended the attempt is no business of the source. */
  async throw(reason: unknown): Promise<IteratorResult<Message>> {
    await this.return();
    throw reason;
  }

  async #leaveSource(): Promise<void> {
    try {
      await this.#source.return?.();
    } catch {
      // The request has ended already, with a reason of its own.
    }
  }
}

const end: IteratorResult<Message> = { done: true, value: undefined };

async function* single(message: Message): AsyncIterable<Message> {
  yield message;
}

import type { Message } from "@bufbuild/protobuf";
import type { RequestInput } from "../channel.js";
import type { WireError } from "../client/wire-error.js";
import { unsendable } from "../grpc/unsendable.js";

/**
 * The messages of a request as Connect's transports want them: one iterator however often it is asked for, whose source is
 * left once, at once, also while a message is awaited.
 */
export class SentMessages implements AsyncIterableIterator<Message> {
  readonly #source: AsyncIterator<Message>;
  #isOver = false;
  /** Why the source failed, if it did. */
  failure: WireError | undefined;

  constructor(input: RequestInput) {
    const messages = input.kind === "many" ? input.messages : single(input.message);
    this.#source = messages[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Message>> {
    if (this.#isOver) return done;
    try {
      const step = await this.#source.next();
      if (step.done) this.#isOver = true;
      return step;
    } catch (cause) {
      this.#isOver = true;
      this.failure = unsendable(cause);
      throw this.failure;
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.leave();
    return done;
  }

  async throw(): Promise<IteratorResult<Message>> {
    this.leave();
    return done;
  }

  /** Lets go of the source, and does not wait for it. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.return?.().catch(() => undefined); // the request has ended, with a reason of its own
  }
}

const done: IteratorResult<Message> = { done: true, value: undefined };

async function* single(message: Message): AsyncGenerator<Message> {
  yield message;
}

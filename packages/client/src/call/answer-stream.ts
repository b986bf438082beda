import type { Message } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";
import type { CallOptions } from "@thrice/core";

type Step = IteratorResult<Message, undefined>;

/**
 * The answers of a call that runs already. Leaving cancels the call at once, also before the first answer, which a
 * generator alone would wait for.
 *
 * Hot path of streams: a generator in this place would cost several promises for each message.
 */
export class AnswerStream implements AsyncIterableIterator<Message, undefined> {
  readonly #response: Promise<StreamResponse>;
  readonly #left: AbortController;
  readonly #options: CallOptions | undefined;
  #opening: Promise<AsyncIterator<Message>> | undefined;
  #answers: AsyncIterator<Message> | undefined;
  #trailer = new Headers();
  #isOver = false;

  /** `left` ends the call that `response` comes of. Callbacks of `options` are called as the answers are read. */
  constructor(
    response: Promise<StreamResponse>,
    left: AbortController,
    options: CallOptions | undefined,
  ) {
    this.#response = response;
    this.#left = left;
    this.#options = options;
    response.catch(() => {}); // reported to whoever reads; a stream that nobody reads has nobody to tell
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#isOver) return Promise.resolve(done);
    const answers = this.#answers;
    if (answers !== undefined) return answers.next().then(this.#onStep, this.#onFailure);
    this.#opening ??= this.#response.then(this.#open);
    return this.#opening.then((opened) => opened.next()).then(this.#onStep, this.#onFailure);
  }

  async return(): Promise<Step> {
    this.#isOver = true;
    this.#left.abort();
    await this.#answers?.return?.();
    return done;
  }

  readonly #open = ({ header, trailer, message }: StreamResponse): AsyncIterator<Message> => {
    this.#options?.onHeader?.(header);
    this.#trailer = trailer;
    this.#answers = message[Symbol.asyncIterator]();
    return this.#answers;
  };

  readonly #onStep = (step: IteratorResult<Message>): Step => {
    if (!step.done) return step;
    if (this.#isOver) return done;
    this.#isOver = true;
    try {
      this.#options?.onTrailer?.(this.#trailer);
      return done;
    } catch (reason) {
      return this.#onFailure(reason);
    }
  };

  /** What broke may have been a callback, with the stream still open. */
  readonly #onFailure = (reason: unknown): Step => {
    const wasLeft = this.#left.signal.aborted;
    this.#isOver = true;
    this.#left.abort();
    if (wasLeft) return done;
    throw reason;
  };
}

const done: Step = { done: true, value: undefined };

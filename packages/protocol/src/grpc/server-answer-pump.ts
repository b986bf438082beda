/** Sends what a handler yields, at the speed of the caller, and lets go of the handler when nobody wants more. */
import type { ServerAnswer } from "./server-answer.js";

export class AnswerPump {
  readonly #answer: ServerAnswer;
  readonly #messages: AsyncIterator<object>;
  #resume: (() => void) | undefined = undefined;
  #hasLeft = false;

  /** @throws TypeError if `answers` is not an async iterable. */
  constructor(answer: ServerAnswer, answers: unknown) {
    this.#answer = answer;
    this.#messages = iteratorOf(answers);
  }

  /** Resolves when all is sent or nobody wants more. Rejects with what the handler threw. */
  async run(): Promise<void> {
    const answer = this.#answer;
    try {
      while (!answer.hasEnded) {
        const next = await this.#messages.next();
        if (next.done) {
          this.#hasLeft = true;
          answer.finish();
          return;
        }
        if (answer.hasEnded) break;
        const sent = answer.sendNext(next.value);
        const goOn = typeof sent === "boolean" ? sent : await sent;
        if (!goOn && !answer.hasEnded) await this.#writable();
      }
    } finally {
      // After what `next` itself threw there is nothing to return from, and a generator takes it well.
      this.stop();
    }
  }

  /** What the stream held back has gone out. */
  resume(): void {
    this.#resume?.();
  }

  /** Lets go of the handler. A generator that hangs comes to its `finally` only when it goes on. */
  stop(): void {
    this.#resume?.();
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    leave(this.#messages);
  }

  #writable(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }
}

function iteratorOf(answers: unknown): AsyncIterator<object> {
  const iterable = answers as Partial<AsyncIterable<object>> | null | undefined;
  const iterator = iterable?.[Symbol.asyncIterator]?.();
  if (iterator === undefined) throw new TypeError("the handler did not return an async iterable");
  return iterator;
}

/** Does not wait, and the answer is settled already: what the handler throws now has nowhere to go. */
function leave(messages: AsyncIterator<object>): void {
  void (async () => {
    try {
      await messages.return?.();
    } catch {
      // As said.
    }
  })();
}

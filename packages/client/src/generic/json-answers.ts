import type { JsonValue, Message } from "@bufbuild/protobuf";
import type { JsonMessages } from "./json-messages.js";

/** A call under way, once its method is known. */
export interface OpenedAnswers {
  readonly answers: AsyncIterableIterator<Message>;
  readonly json: JsonMessages;
}

type Step = IteratorResult<JsonValue, undefined>;

/** The answers of a call as JSON. Leaving cancels the call, also before it has begun. */
export class JsonAnswers implements AsyncIterableIterator<JsonValue, undefined> {
  readonly #opening: Promise<OpenedAnswers>;
  #isOver = false;

  constructor(opening: Promise<OpenedAnswers>) {
    this.#opening = opening;
    opening.catch(() => {}); // reported to whoever reads
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Step> {
    if (this.#isOver) return done;
    try {
      const { answers, json } = await this.#opening;
      const step = await answers.next();
      if (!step.done) return { done: false, value: json.write(step.value) };
    } catch (reason) {
      if (!this.#isOver) {
        this.#leave();
        throw reason;
      }
    }
    this.#isOver = true;
    return done;
  }

  async return(): Promise<Step> {
    this.#leave();
    return done;
  }

  #leave(): void {
    this.#isOver = true;
    this.#opening.then(({ answers }) => answers.return?.()).catch(() => {});
  }
}

const done: Step = { done: true, value: undefined };

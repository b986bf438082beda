import type { Message } from "@bufbuild/protobuf";

/** What a reader gets. */
export type Step = IteratorResult<Message, undefined>;

/** What readers read from. */
export interface Replayed {
  /** Message number `position`, or the end; undefined while neither is known. @throws what the source threw. */
  stepAt(position: number): Step | undefined;
  /** Asks for one message more; `reader.look()` is called when there is news. */
  want(reader: ReplayReader): void;
}

/** Reads from the first message on, asked for one at a time. A message that is there costs one promise, as does waiting. */
export class ReplayReader implements AsyncIterableIterator<Message, undefined> {
  readonly #replayed: Replayed;
  #position = 0;
  #hasLeft = false;
  #waiting: PromiseWithResolvers<Step> | undefined;

  constructor(replayed: Replayed) {
    this.#replayed = replayed;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    try {
      const step = this.#step();
      if (step !== undefined) return Promise.resolve(step);
    } catch (reason) {
      return Promise.reject(reason);
    }
    this.#waiting = Promise.withResolvers();
    const { promise } = this.#waiting;
    this.#replayed.want(this);
    return promise;
  }

  /** Leaves at once, even while a message is awaited. The source goes on. */
  return(): Promise<Step> {
    this.#hasLeft = true;
    this.look();
    return Promise.resolve(done);
  }

  /** Takes note of what may have come. */
  look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    try {
      const step = this.#step();
      if (step === undefined) {
        this.#replayed.want(this);
        return;
      }
      waiting.resolve(step);
    } catch (reason) {
      waiting.reject(reason);
    }
    this.#waiting = undefined;
  }

  #step(): Step | undefined {
    if (this.#hasLeft) return done;
    const step = this.#replayed.stepAt(this.#position);
    if (step?.done === false) this.#position++;
    return step;
  }
}

const done: Step = { done: true, value: undefined };

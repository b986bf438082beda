/** What is sent on a stream, one value after the other, until it is ended. */
export class RequestLine<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (!this.#isEnded) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

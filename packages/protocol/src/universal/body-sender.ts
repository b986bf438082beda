/** Sends the body of a request, at the speed of the peer. */
export class BodySender {
  readonly #source: AsyncIterator<Uint8Array>;
  #resume: (() => void) | undefined;
  #hasLeft = false;
  /** Whether the body was sent to its end. */
  hasEnded = false;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#source = body[Symbol.asyncIterator]();
  }

  /**
   * Resolves when the body has ended or was left. Rejects with what it threw. `write` says whether to go on; if not, `resume`
   * has to be called.
   */
  async run(write: (chunk: Uint8Array) => boolean): Promise<void> {
    while (!this.#hasLeft) {
      const next = await this.#source.next();
      if (next.done) {
        this.hasEnded = true;
        return;
      }
      if (this.#hasLeft) break;
      if (!write(next.value)) await this.#writable();
    }
  }

  /** What was held back has gone out. */
  resume(): void {
    this.#resume?.();
  }

  /** Stops, and lets go of the body. */
  leave(): void {
    if (this.#hasLeft || this.hasEnded) return;
    this.#hasLeft = true;
    this.#resume?.();
    // Not waited for, and what it throws has nowhere to go: the request has ended, with a reason of its own.
    this.#source.return?.().catch(() => undefined);
  }

  #writable(): Promise<void> {
    if (this.#hasLeft) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }
}

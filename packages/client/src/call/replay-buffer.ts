/** Keeps the request messages of a stream, so that another attempt can send them again. */
import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { RequestInput } from "@thrice/protocol";
import type { RequestSource } from "./request-source.js";

/**
 * Reads its source once, whatever the number of readers. It keeps what was read until it is committed or grows
 * past its limit; from then on each message is dropped once a reader has gone past it, and a reader further
 * behind cannot go on.
 */
export class ReplayBuffer implements RequestSource {
  readonly #source: AsyncIterator<Message>;
  readonly #sizeOf: (message: Message) => number;
  readonly #maxBytes: number;
  /** Messages from number `#first` on, as far as they have been read. */
  #kept: Message[] = [];
  #first = 0;
  #keptBytes = 0;
  #keeping = true;
  #ended = false;
  /** What the source threw, wrapped as it may have thrown undefined. */
  #failure: { readonly reason: unknown } | undefined;
  #pulling: Promise<void> | undefined;

  /** `sizeOf` gives the size of a message in bytes; it is not called once the buffer is committed. */
  constructor(
    source: AsyncIterable<Message>,
    sizeOf: (message: Message) => number,
    maxBytes: number,
  ) {
    this.#source = source[Symbol.asyncIterator]();
    this.#sizeOf = sizeOf;
    this.#maxBytes = maxBytes;
  }

  /** Why a new reader could not begin at the first message, or undefined when it can. */
  get whyNotReplayable(): string | undefined {
    return this.#first === 0
      ? undefined
      : `the request is larger than replayBufferBytes ${this.#maxBytes} and cannot be sent again`;
  }

  input(): RequestInput {
    return { kind: "many", messages: this.reader() };
  }

  /** Makes a reader that begins at the first message. Leaving it does not end the source. */
  reader(): AsyncIterableIterator<Message> {
    let next = 0;
    let left = false;
    let leave = () => {
      left = true;
    };
    /** Waits for one message more, or until the reader is left. Races of promises would pile up here. */
    const wait = () =>
      new Promise<void>((resolve) => {
        leave = () => {
          left = true;
          resolve();
        };
        void this.#pull().then(resolve);
      });
    const done = { done: true, value: undefined } as const;
    return {
      next: async () => {
        while (!left && !this.#ended && next >= this.#first + this.#kept.length) await wait();
        if (left) return done;
        if (next < this.#first)
          throw new ConnectError("the request cannot be sent again", Code.Internal);
        const message = this.#kept[next - this.#first];
        if (message === undefined) return this.#endOfSource();
        if (!this.#keeping) this.#forgetBefore(next);
        next++;
        return { done: false, value: message };
      },
      return: async () => {
        leave();
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  commit(): void {
    this.#keeping = false;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    const leave = async () => this.#source.return?.();
    leave().catch(() => {}); // a source that fails to clean up has nobody to tell
  }

  /** Reads one message more; readers that wait for the same one share the work. Never rejects. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#read().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #read(): Promise<void> {
    try {
      const next = await this.#source.next();
      if (next.done) this.#ended = true;
      else this.#keep(next.value);
    } catch (reason) {
      // Kept for the readers to come: to ask a failed source again would look like a good end.
      this.#failure = { reason };
      this.close();
    }
  }

  #keep(message: Message): void {
    if (this.#keeping) {
      this.#keptBytes += this.#sizeOf(message);
      this.#keeping = this.#keptBytes <= this.#maxBytes;
    }
    this.#kept.push(message);
  }

  /** Drops what no reader needs that stands at message number `position`. */
  #forgetBefore(position: number): void {
    this.#kept.splice(0, position - this.#first);
    this.#first = position;
  }

  #endOfSource(): IteratorReturnResult<undefined> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    return { done: true, value: undefined };
  }
}

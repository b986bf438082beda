/** Keeps the request messages of a stream, so that another attempt can send them again. */
import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { RequestInput } from "@thrice/protocol";
import { ReplayMemory } from "./replay-memory.js";
import { type Replayed, ReplayReader, type Step } from "./replay-reader.js";
import type { RequestSource } from "./request-source.js";

/**
 * Reads its source once, whatever the number of readers. It keeps what was read until it is committed or grows
 * past its limit; from then on each message is dropped once a reader has gone past it, and a reader further
 * behind cannot go on.
 */
export class ReplayBuffer implements RequestSource, Replayed {
  readonly #source: AsyncIterator<Message>;
  readonly #sizeOf: (message: Message) => number;
  readonly #maxBytes: number;
  readonly #memory: ReplayMemory;
  /** Messages from number `#first` on, as far as they have been read. */
  #kept: Message[] = [];
  #first = 0;
  /** What is taken of the memory. */
  #takenBytes = 0;
  /** Whether everything is kept. */
  #keeping = true;
  #whyNotKept = "";
  #ended = false;
  /** What the source threw, wrapped as it may have thrown undefined. */
  #failure: { readonly reason: unknown } | undefined;
  #isPulling = false;
  #waiting: ReplayReader[] = [];

  /**
   * `sizeOf` gives the size of a message in bytes; it is not called once the buffer is committed. `memory` is shared with
   * other calls.
   */
  constructor(
    source: AsyncIterable<Message>,
    sizeOf: (message: Message) => number,
    maxBytes: number,
    memory: ReplayMemory = new ReplayMemory(Number.POSITIVE_INFINITY),
  ) {
    this.#source = source[Symbol.asyncIterator]();
    this.#sizeOf = sizeOf;
    this.#maxBytes = maxBytes;
    this.#memory = memory;
  }

  /** Why a new reader could not begin at the first message, or undefined when it can. */
  get whyNotReplayable(): string | undefined {
    return this.#first === 0 ? undefined : `${this.#whyNotKept} and cannot be sent again`;
  }

  input(): RequestInput {
    return { kind: "many", messages: this.reader() };
  }

  /** Makes a reader that begins at the first message. Leaving it does not end the source. */
  reader(): AsyncIterableIterator<Message> {
    return new ReplayReader(this);
  }

  stepAt(position: number): Step | undefined {
    if (position < this.#first)
      throw new ConnectError("the request cannot be sent again", Code.Internal);
    const message = this.#kept[position - this.#first];
    if (message !== undefined) {
      if (!this.#keeping) this.#forgetBefore(position);
      return { done: false, value: message };
    }
    if (!this.#ended) return undefined;
    if (this.#failure !== undefined) throw this.#failure.reason;
    return { done: true, value: undefined };
  }

  want(reader: ReplayReader): void {
    this.#waiting.push(reader);
    this.#pull();
  }

  commit(): void {
    this.#stopKeeping("the request is under way");
  }

  close(): void {
    this.#stopKeeping("the call is over");
    if (this.#ended) return;
    this.#ended = true;
    const leave = async () => this.#source.return?.();
    leave().catch(() => {}); // a source that fails to clean up has nobody to tell
    this.#tell();
  }

  /** Reads one message more; readers that wait for the same one share the work. */
  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    try {
      Promise.resolve(this.#source.next()).then(this.#onNext, this.#onFailure);
    } catch (reason) {
      this.#onFailure(reason);
    }
  }

  readonly #onNext = (next: IteratorResult<Message>): void => {
    this.#isPulling = false;
    if (next.done) this.#ended = true;
    else this.#keep(next.value);
    this.#tell();
  };

  /** Kept for the readers to come: to ask a failed source again would look like a good end. */
  readonly #onFailure = (reason: unknown): void => {
    this.#isPulling = false;
    this.#failure = { reason };
    this.close();
  };

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const reader of waiting) reader.look();
  }

  #keep(message: Message): void {
    if (this.#keeping) this.#takeRoom(this.#sizeOf(message));
    this.#kept.push(message);
  }

  #takeRoom(bytes: number): void {
    if (this.#takenBytes + bytes > this.#maxBytes) {
      this.#stopKeeping(`the request is larger than replayBufferBytes ${this.#maxBytes}`);
    } else if (this.#memory.take(bytes)) {
      this.#takenBytes += bytes;
    } else {
      const { maxBytes } = this.#memory;
      this.#stopKeeping(`the request found no room in replayBufferTotalBytes ${maxBytes}`);
    }
  }

  #stopKeeping(why: string): void {
    if (!this.#keeping) return;
    this.#keeping = false;
    this.#whyNotKept = why;
    this.#memory.give(this.#takenBytes);
    this.#takenBytes = 0;
  }

  /** Drops what no reader needs that stands at message number `position`. */
  #forgetBefore(position: number): void {
    if (position === this.#first) return;
    this.#kept.splice(0, position - this.#first);
    this.#first = position;
  }
}

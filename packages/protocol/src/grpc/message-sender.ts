/** Sends the messages of a source on a stream, at the speed of the peer. */
import type { Message } from "@bufbuild/protobuf";
import type { Http2Stream } from "@thrice/http2";
import type { RequestInput } from "../channel.js";
import { type Encoding, gzip } from "./encodings.js";
import { messageHead } from "./message-head.js";

export class MessageSender {
  readonly #source: AsyncIterator<Message>;
  readonly #encode: (message: Message) => Uint8Array;
  readonly #compressMinBytes: number;
  readonly #encoding: Encoding;
  #resume: (() => void) | undefined;
  #isReading = false;
  #left = false;
  #ended = false;

  /** Messages of at least `compressMinBytes` are compressed with `encoding`. */
  constructor(
    input: RequestInput,
    encode: (message: Message) => Uint8Array,
    compressMinBytes = Number.POSITIVE_INFINITY,
    encoding = gzip,
  ) {
    const messages = input.kind === "many" ? input.messages : single(input.message);
    this.#source = messages[Symbol.asyncIterator]();
    this.#encode = encode;
    this.#compressMinBytes = compressMinBytes;
    this.#encoding = encoding;
  }

  /** Resolves when the source has ended or was left. Rejects with what the source or the encoding threw. */
  async run(stream: Http2Stream): Promise<void> {
    try {
      while (!this.#left) {
        this.#isReading = true;
        const next = await this.#source.next();
        this.#isReading = false;
        if (next.done) {
          this.#ended = true;
          return;
        }
        if (this.#left) break;
        const message = this.#encode(next.value);
        const isPacked = message.length >= this.#compressMinBytes;
        const payload = isPacked ? await this.#encoding.compress(message) : message;
        if (this.#left) break;
        const goOn = stream.sendData(payload, false, messageHead(payload.length, isPacked));
        if (!goOn && !stream.hasEnded) await this.#writable();
      }
    } catch (reason) {
      this.#left = true;
      // A source that has failed is not left; one whose message cannot be sent is.
      if (!this.#isReading) void this.#leaveSource();
      throw reason;
    }
  }

  /** What the stream held back has gone out. */
  resume(): void {
    this.#resume?.();
  }

  /** Whether the source was sent to its end. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Stops, and lets go of the source. */
  leave(): void {
    if (this.#left || this.#ended) return;
    this.#left = true;
    this.#resume?.();
    void this.#leaveSource(); // not waited for: a source that hangs in next() answers only after it
  }

  #writable(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#resume = undefined;
        resolve();
      };
    });
  }

  async #leaveSource(): Promise<void> {
    try {
      await this.#source.return?.();
    } catch {
      // The request has ended already, with a reason of its own.
    }
  }
}

async function* single(message: Message): AsyncIterable<Message> {
  yield message;
}

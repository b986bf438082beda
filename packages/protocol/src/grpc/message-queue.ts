/**
 * Messages that have arrived and wait to be read, oldest first. The peer gets credit for what it sends while little waits
 * here, and again when the reader has caught up; so a slow reader holds the peer back, and a large message never does.
 */
import type { ConnectError } from "@connectrpc/connect";
import { MessageReader, type ReadFault } from "./message-reader.js";

/** One message as it came. */
export interface QueuedMessage {
  readonly payload: Buffer;
  /** The first byte of its head: bit 0 says compressed. */
  readonly flags: number;
}

/** What a reader of the queue gets. */
export type Taken<T> = IteratorResult<T, undefined>;

export class MessageQueue<T> {
  readonly #reader: MessageReader;
  readonly #open: (message: QueuedMessage) => T | Promise<T>;
  readonly #addCredit: (bytes: number) => void;
  #messages: QueuedMessage[] = [];
  /** Where the oldest unread message stands; shifting an array costs more. */
  #at = 0;
  #waitingBytes = 0;
  #withheldBytes = 0;
  #ended = false;
  #error: ConnectError | undefined;
  #wake: (() => void) | undefined;

  constructor(
    maxBytes: number,
    open: (message: QueuedMessage) => T | Promise<T>,
    addCredit: (bytes: number) => void,
  ) {
    this.#reader = new MessageReader(maxBytes);
    this.#open = open;
    this.#addCredit = addCredit;
  }

  /** Whether what came so far ends between two messages. */
  get isBetweenMessages(): boolean {
    return this.#reader.isBetweenMessages;
  }

  /** Takes content off the wire. */
  push(bytes: Buffer): ReadFault | undefined {
    const fault = this.#reader.push(bytes, this.#add);
    if (this.#waitingBytes > maxWaitingBytes) this.#withheldBytes += bytes.length;
    else this.#addCredit(bytes.length);
    if (this.#at < this.#messages.length) this.#wake?.();
    return fault;
  }

  /** Says that nothing more comes; what waits can still be read, then the error is thrown, if there is one. */
  end(error?: ConnectError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** Drops what waits. Readers get the error, or the end. */
  clear(error?: ConnectError): void {
    this.#messages = [];
    this.#at = 0;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** Whether `next` would answer at once. */
  get isReady(): boolean {
    return this.#at < this.#messages.length || this.#ended;
  }

  /** Resolves when `isReady`. */
  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        this.#wake = undefined;
        before?.();
        resolve();
      };
    });
  }

  /** The oldest message. Throws, as a rejection, the error that ended the stream or what opening the message threw. */
  async next(): Promise<Taken<T>> {
    while (!this.isReady) await this.ready();
    const message = this.#shift();
    if (message !== undefined) {
      const opened = this.#open(message);
      return { done: false, value: opened instanceof Promise ? await opened : opened };
    }
    if (this.#error !== undefined) throw this.#error;
    return { done: true, value: undefined };
  }

  #add = (payload: Buffer, flags: number): void => {
    if (this.#ended) return;
    this.#messages.push({ payload, flags });
    this.#waitingBytes += payload.length;
  };

  #shift(): QueuedMessage | undefined {
    const message = this.#messages[this.#at];
    if (message === undefined) return undefined;
    this.#at++;
    if (this.#at === this.#messages.length) {
      this.#messages = [];
      this.#at = 0;
    }
    this.#waitingBytes -= message.payload.length;
    if (this.#withheldBytes > 0 && this.#waitingBytes <= maxWaitingBytes) {
      const bytes = this.#withheldBytes;
      this.#withheldBytes = 0;
      this.#addCredit(bytes);
    }
    return message;
  }
}

/** Beyond this the peer gets no credit; a reader that keeps pace never lets it come so far. */
const maxWaitingBytes = 64 * 1024;

/**
 * Cuts a byte stream into length-prefixed messages. A message that lies in one piece is not copied. One that comes in parts
 * is gathered in a buffer of its own: parts that were kept as they came would hold on to much more than they are.
 */
import { headBytes } from "./message-head.js";

/** What a reader found wrong. */
export type ReadFault =
  | { readonly kind: "too-large"; readonly lengthBytes: number }
  | { readonly kind: "unknown-flags"; readonly flags: number };

/** Takes one message. `flags` is the first byte of its head: bit 0 says compressed. */
export type TakeMessage = (payload: Buffer, flags: number) => void;

export class MessageReader {
  readonly #maxBytes: number;
  /** The beginning of a message that is not whole yet. */
  #gathered: Buffer = nothing;
  #gatheredBytes = 0;
  /** Length of that message with its head; of the head alone while that is not whole. */
  #neededBytes = headBytes;
  #hasHead = false;

  /** `maxBytes` bounds the length of one message, its head left out. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether the stream so far ends between two messages. */
  get isBetweenMessages(): boolean {
    return this.#gatheredBytes === 0;
  }

  /** Reads on. After a fault the reader must not be used any more. */
  push(bytes: Buffer, take: TakeMessage): ReadFault | undefined {
    let at = 0;
    while (this.#gatheredBytes > 0 && (at < bytes.length || this.#isGathered)) {
      at += this.#gather(bytes, at);
      const fault = this.#isGathered ? this.#goOn(take) : undefined;
      if (fault !== undefined) return fault;
    }
    while (bytes.length - at >= headBytes) {
      const lengthBytes = bytes.readUInt32BE(at + 1);
      const flags = bytes[at] as number;
      const fault = this.#check(flags, lengthBytes);
      if (fault !== undefined) return fault;
      const end = at + headBytes + lengthBytes;
      if (end > bytes.length) {
        this.#hasHead = true;
        this.#neededBytes = headBytes + lengthBytes;
        break;
      }
      take(bytes.subarray(at + headBytes, end), flags);
      at = end;
    }
    if (at < bytes.length) this.#gather(bytes, at);
    return undefined;
  }

  get #isGathered(): boolean {
    return this.#gatheredBytes === this.#neededBytes;
  }

  /** Takes as much from `at` on as is still missing and returns how much that was. */
  #gather(bytes: Buffer, at: number): number {
    const size = Math.min(bytes.length - at, this.#neededBytes - this.#gatheredBytes);
    const end = this.#gatheredBytes + size;
    if (end > this.#gathered.length) this.#grow(end);
    bytes.copy(this.#gathered, this.#gatheredBytes, at, at + size);
    this.#gatheredBytes = end;
    return size;
  }

  /** What a head promises is believed as far as it has come true; beyond that the buffer grows with what comes. */
  #grow(minBytes: number): void {
    const believed = Math.max(believedBytes, minBytes * growth);
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#neededBytes, believed));
    this.#gathered.copy(larger, 0, 0, this.#gatheredBytes);
    this.#gathered = larger;
  }

  /** The head, or all, of the message is gathered. */
  #goOn(take: TakeMessage): ReadFault | undefined {
    const message = this.#gathered;
    const flags = message[0] as number;
    if (!this.#hasHead) {
      const lengthBytes = message.readUInt32BE(1);
      this.#hasHead = true;
      this.#neededBytes = headBytes + lengthBytes;
      const fault = this.#check(flags, lengthBytes);
      if (fault !== undefined || lengthBytes > 0) return fault;
    }
    const payload = message.subarray(headBytes, this.#neededBytes);
    this.#gathered = nothing;
    this.#gatheredBytes = 0;
    this.#neededBytes = headBytes;
    this.#hasHead = false;
    take(payload, flags);
    return undefined;
  }

  #check(flags: number, lengthBytes: number): ReadFault | undefined {
    if (flags > 1) return { kind: "unknown-flags", flags };
    return lengthBytes > this.#maxBytes ? { kind: "too-large", lengthBytes } : undefined;
  }
}

/** Room made at once for a message of which little has come. */
const believedBytes = 16_384;

/**
 * How much more room is made than is needed at the moment. With 2 a message of 1 MiB is copied once more, and the collector
 * has almost as much again to take away.
 */
const growth = 4;

const nothing = Buffer.alloc(0);

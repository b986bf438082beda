/**
 * Writes the parts that messages in the binary form are made of, one message after the other into shared chunks of memory.
 *
 * Hot path. Measured (bench/encode.ts): memory of its own for each message costs more than writing a short one, and for
 * long text `BinaryWriter` takes four times the memory that the message has, and clears it. Values that are not of the
 * type make it throw something, which need not be what `toBinary` throws.
 */
import { protoInt64 } from "@bufbuild/protobuf";

export class WireWriter {
  #chunk: Buffer = nothing;
  /** Where the message begins that is being written, and where to write on. */
  #from = 0;
  #at = 0;
  /** Where messages within it begin, outermost first, with a byte of room for their length. */
  readonly #forks: number[] = [];

  /** The message that was written, and makes ready for the next one. Nobody else writes to these bytes. */
  finish(): Uint8Array {
    const message = this.#chunk.subarray(this.#from, this.#at);
    this.#from = this.#at;
    this.#letGo();
    return message;
  }

  /** Forgets what was written of a message. */
  drop(): void {
    this.#at = this.#from;
    this.#forks.length = 0;
    this.#letGo();
  }

  tag(number: number, wireType: number): this {
    return this.uint32(((number << 3) | wireType) >>> 0);
  }

  uint32(value: number): this {
    if (value >>> 0 !== value) throw wrong;
    this.#reserve(5);
    this.#varint32(value);
    return this;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw wrong;
    this.#reserve(10);
    if (value >= 0) this.#varint32(value);
    else this.#varint64(value, -1);
  }

  sint32(value: number): void {
    if ((value | 0) !== value) throw wrong;
    this.#reserve(5);
    this.#varint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") throw wrong;
    this.#reserve(1);
    this.#chunk[this.#at++] = value ? 1 : 0;
  }

  fixed32(value: number): void {
    if (value >>> 0 !== value) throw wrong;
    this.#reserve(4);
    this.#at = this.#chunk.writeUInt32LE(value, this.#at);
  }

  sfixed32(value: number): void {
    if ((value | 0) !== value) throw wrong;
    this.#reserve(4);
    this.#at = this.#chunk.writeInt32LE(value, this.#at);
  }

  float(value: number): void {
    if (typeof value !== "number") throw wrong;
    if (!Number.isFinite(Math.fround(value)) && Number.isFinite(value)) throw wrong;
    this.#reserve(4);
    this.#at = this.#chunk.writeFloatLE(value, this.#at);
  }

  double(value: number): void {
    if (typeof value !== "number") throw wrong;
    this.#reserve(8);
    this.#at = this.#chunk.writeDoubleLE(value, this.#at);
  }

  int64(value: Integer): void {
    const { lo, hi } = protoInt64.enc(value);
    this.#reserve(10);
    this.#varint64(lo, hi);
  }

  uint64(value: Integer): void {
    const { lo, hi } = protoInt64.uEnc(value);
    this.#reserve(10);
    this.#varint64(lo, hi);
  }

  sint64(value: Integer): void {
    const { lo, hi } = protoInt64.enc(value);
    const sign = hi >> 31;
    this.#reserve(10);
    this.#varint64((lo << 1) ^ sign, ((hi << 1) | (lo >>> 31)) ^ sign);
  }

  sfixed64(value: Integer): void {
    this.#bits64(protoInt64.enc(value));
  }

  fixed64(value: Integer): void {
    this.#bits64(protoInt64.uEnc(value));
  }

  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw wrong;
    this.uint32(value.length);
    this.raw(value);
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#chunk.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  string(text: string): void {
    if (typeof text !== "string") throw wrong;
    const { length } = text;
    // A unit of text takes up to three bytes. To find out costs more than room for that, as long as the text is short.
    const maxBytes = length <= guessedLength ? length * 3 : Buffer.byteLength(text);
    this.#reserve(maxBytes + 5);
    if (length <= shortLength && this.#ascii(text)) return;
    const guess = varintBytes(length);
    const written = this.#chunk.write(text, this.#at + guess, maxBytes, "utf8");
    const needed = varintBytes(written);
    const from = this.#at + guess;
    if (needed !== guess) this.#chunk.copyWithin(this.#at + needed, from, from + written);
    this.#varint32(written);
    this.#at += written;
  }

  /** Begins a part that its length stands before. */
  fork(): void {
    this.#reserve(1);
    this.#forks.push(this.#at++ - this.#from);
  }

  /** Ends the part that was begun last. */
  join(): void {
    const at = this.#from + (this.#forks.pop() as number);
    const start = at + 1;
    const length = this.#at - start;
    const needed = varintBytes(length);
    if (needed > 1) {
      this.#reserve(needed - 1);
      this.#joinLong(length, needed);
      return;
    }
    this.#chunk[at] = length;
  }

  /** Moves a part of `length` bytes, the last that was written, to make room for a length of `needed` bytes. */
  #joinLong(length: number, needed: number): void {
    const end = this.#at;
    const start = end - length;
    this.#chunk.copyWithin(start + needed - 1, start, end);
    this.#at = start - 1;
    this.#varint32(length);
    this.#at += length;
  }

  /** Writes text that is ASCII; `false`, and nothing written, if it is not. */
  #ascii(text: string): boolean {
    const chunk = this.#chunk;
    const { length } = text;
    let at = this.#at;
    chunk[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      chunk[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #varint32(value: number): void {
    const chunk = this.#chunk;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7f) {
      chunk[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    chunk[at++] = rest;
    this.#at = at;
  }

  /** Takes a number as its lower and its higher 32 bits. */
  #varint64(low: number, high: number): void {
    const chunk = this.#chunk;
    let at = this.#at;
    let lower = low >>> 0;
    let higher = high >>> 0;
    while (higher > 0 || lower > 0x7f) {
      chunk[at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (higher << 25)) >>> 0;
      higher >>>= 7;
    }
    chunk[at++] = lower;
    this.#at = at;
  }

  #bits64({ lo, hi }: { readonly lo: number; readonly hi: number }): void {
    this.#reserve(8);
    this.#at = this.#chunk.writeInt32LE(lo, this.#at);
    this.#at = this.#chunk.writeInt32LE(hi, this.#at);
  }

  /** Keeps no memory that was made for a long message. */
  #letGo(): void {
    if (this.#chunk.length <= chunkBytes) return;
    this.#chunk = nothing;
    this.#from = 0;
    this.#at = 0;
  }

  #reserve(bytes: number): void {
    if (this.#chunk.length - this.#at < bytes) this.#grow(bytes);
  }

  /** Goes on in another chunk with what there is of the message. */
  #grow(bytes: number): void {
    const written = this.#at - this.#from;
    const needed = written + bytes;
    const larger =
      needed <= chunkBytes ? chunkBytes : Math.max(needed, written > 0 ? 2 * written : 0);
    const chunk = Buffer.allocUnsafeSlow(larger);
    this.#chunk.copy(chunk, 0, this.#from, this.#at);
    this.#chunk = chunk;
    this.#from = 0;
    this.#at = written;
  }
}

type Integer = bigint | number | string;

/** Memory that short messages share. */
const chunkBytes = 16_384;

/** Texts of up to so many units are tried as ASCII, unit by unit. Their length is one byte. */
const shortLength = 24;

/** Texts of more units than this are measured before they are written. */
const guessedLength = 1_024;

const nothing = Buffer.alloc(0);

/** Never seen by anybody: `toBinary` finds out what is wrong. */
const wrong = new TypeError("not a value of the type");

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

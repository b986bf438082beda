/**
 * Reads the parts that messages in the binary form are made of.
 *
 * Hot path. A cursor throws nothing: what it cannot read puts it past all ends, where a reader sees, once for a whole
 * message, that something was out of the ordinary.
 */
import { protoInt64 } from "@bufbuild/protobuf";

/** A number of 64 bits: a bigint, or a string where protobuf-es was told to do without. */
export type Long = bigint | string;

export class WireCursor {
  /** Where to read on. More than {@link WireCursor.end} after something that cannot be read. */
  at: number;
  /** Where the message ends that is being read. */
  end: number;
  /** How many messages the one that is being read is in, itself included. */
  depth = 0;
  readonly bytes: Buffer;
  #low = 0;
  #high = 0;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = bytes.length;
  }

  /** Says that what follows cannot be read here. */
  giveUp(): void {
    this.at = beyond;
  }

  /** A number of 32 bits, without sign. Of longer ones it has the lower bits. */
  uint32(): number {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at++] as number;
    if (byte < 0x80) {
      this.at = at;
      return byte;
    }
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70 && at < this.end; shift += 7) {
      byte = bytes[at++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return value >>> 0;
      }
    }
    this.giveUp();
    return 0;
  }

  /** The tag of a field; 0, which is none, if it does not fit into 32 bits. */
  tag(): number {
    const from = this.at;
    const tag = this.uint32();
    const isTooLong = this.at - from > 5 || (this.at - from === 5 && this.#last > 0x0f);
    return isTooLong ? 0 : tag;
  }

  bool(): boolean {
    this.#varint64();
    return this.#low !== 0 || this.#high !== 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  int64(): Long {
    this.#varint64();
    return protoInt64.dec(this.#low, this.#high);
  }

  uint64(): Long {
    this.#varint64();
    return protoInt64.uDec(this.#low, this.#high);
  }

  sint64(): Long {
    this.#varint64();
    const sign = -(this.#low & 1);
    const low = ((this.#low >>> 1) | ((this.#high & 1) << 31)) ^ sign;
    return protoInt64.dec(low, (this.#high >>> 1) ^ sign);
  }

  sfixed32(): number {
    const from = this.#take(4);
    return from < 0 ? 0 : this.bytes.readInt32LE(from);
  }

  fixed32(): number {
    return this.sfixed32() >>> 0;
  }

  sfixed64(): Long {
    return protoInt64.dec(this.sfixed32(), this.sfixed32());
  }

  fixed64(): Long {
    return protoInt64.uDec(this.sfixed32(), this.sfixed32());
  }

  float(): number {
    const from = this.#take(4);
    return from < 0 ? 0 : this.bytes.readFloatLE(from);
  }

  double(): number {
    const from = this.#take(8);
    return from < 0 ? 0 : this.bytes.readDoubleLE(from);
  }

  /** A view of what the message is read from, and not a Buffer. */
  view(): Uint8Array {
    const length = this.uint32();
    const from = this.#take(length);
    if (from < 0) return nothing;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, length);
  }

  /** Text of UTF-8. Gives up on what might not be that. */
  text(): string {
    const length = this.uint32();
    const from = this.#take(length);
    if (from < 0) return "";
    return length <= shortBytes ? this.#shortText(from, length) : this.#longText(from);
  }

  /** Passes over a value and returns it as it stands; undefined if it gave up. */
  skip(wireType: number): Uint8Array | undefined {
    const from = this.at;
    if (wireType === 0) this.#varint64();
    else if (wireType === 1) this.#take(8);
    else if (wireType === 5) this.#take(4);
    else if (wireType === 2) this.#take(this.uint32());
    else this.giveUp();
    if (this.at > this.end) return undefined;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, this.at - from);
  }

  get #last(): number {
    return this.bytes[this.at - 1] as number;
  }

  /** Passes over `length` bytes and returns where they begin; less than 0 if there are not so many. */
  #take(length: number): number {
    const from = this.at;
    if (length > this.end - from) {
      this.giveUp();
      return -1;
    }
    this.at = from + length;
    return from;
  }

  #varint64(): void {
    const { bytes } = this;
    let { at } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70 && at < this.end; shift += 7) {
      const byte = bytes[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      else if (shift === 28) high = bits >>> 4;
      if (byte < 0x80) {
        this.at = at;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    this.giveUp();
  }

  /** Puts short text together: that is cheaper than the way through the engine's own converter (bench/decode.ts). */
  #shortText(from: number, length: number): string {
    const { bytes } = this;
    const end = from + length;
    let text = "";
    let seen = 0;
    let at = from;
    for (; at + 4 <= end; at += 4) {
      const first = bytes[at] as number;
      const second = bytes[at + 1] as number;
      const third = bytes[at + 2] as number;
      const fourth = bytes[at + 3] as number;
      seen |= first | second | third | fourth;
      text += fromCharCode(first, second, third, fourth);
    }
    for (; at < end; at++) {
      seen |= bytes[at] as number;
      text += fromCharCode(bytes[at] as number);
    }
    return seen < 0x80 ? text : this.#longText(from);
  }

  #longText(from: number): string {
    const text = this.bytes.toString("utf8", from, this.at);
    // Stands for what was not UTF-8, or for itself.
    if (text.includes("\ufffd")) this.giveUp();
    return text;
  }
}

const { fromCharCode } = String;

/** Texts of up to so many bytes are put together here; longer ones would become ropes. */
const shortBytes = 12;

/** Past the end of any message. Small enough to be added to. */
const beyond = 2 ** 40;

const nothing = new Uint8Array(0);

/**
 * Decodes header blocks.
 *
 * Hot path. Measured (bench/hpack.bench.ts): a block found in the memory costs some 60 ns, a leading run found there and one
 * varying field some 280, each literal field some 300. The leading run of indexed fields is remembered by itself, so a varying field at the end, such as a
 * timeout, does not spoil it.
 *
 * @see RFC 7541 sections 3 and 6
 */
import { BlockMemory, maxRememberedBytes } from "./block-memory.js";
import { DecoderTable } from "./decoder-table.js";
import { fieldMark, HeaderField } from "./header-field.js";
import { HeaderList, SharedFields } from "./header-list.js";
import { readHuffman } from "./huffman.js";
import { BlockCursor } from "./integer.js";
import { latin1 } from "./latin1.js";

/** Table size that applies until SETTINGS says otherwise, in bytes. @see RFC 9113 section 6.5.2 */
export const defaultTableBytes = 4096;

/** What an {@link HpackDecoder} is made with. */
export interface HpackDecoderOptions {
  /** SETTINGS_HEADER_TABLE_SIZE of this side, in bytes. */
  readonly headerTableBytes: number;
  /** Fields beyond this total are dropped and the list is marked too large, in bytes. */
  readonly maxHeaderListBytes: number;
}

/** Decoder of one connection; blocks must be given in the order they arrive, every one of them. */
export class HpackDecoder {
  readonly #maxListBytes: number;
  readonly #table: DecoderTable;
  readonly #memory = new BlockMemory();
  readonly #cursor = new BlockCursor();
  #limitBytes: number;
  #mustShrinkTo = -1;
  #fields: string[] = [];
  #sizeBytes = 0;
  #marks = 0;

  constructor(options: HpackDecoderOptions) {
    this.#maxListBytes = options.maxHeaderListBytes;
    // Until the peer has acknowledged our setting it may use either the default or the new limit.
    this.#limitBytes = Math.max(defaultTableBytes, options.headerTableBytes);
    this.#table = new DecoderTable(defaultTableBytes);
  }

  /** Bytes that the dynamic table counts now. */
  get tableBytes(): number {
    return this.#table.sizeBytes;
  }

  /**
   * Tells that the peer has acknowledged our SETTINGS_HEADER_TABLE_SIZE of `bytes`. If the table is larger, its next block
   * has to begin with a size update.
   */
  confirmMaxTableBytes(bytes: number): void {
    this.#limitBytes = bytes;
    if (this.#table.maxBytes <= bytes) return;
    this.#mustShrinkTo = bytes;
    this.#memory.clear();
  }

  /**
   * Decodes the block in `bytes` from `start` up to `end`.
   *
   * @returns the list, which the same bytes give as the same object while the table stands still, or `undefined` if the
   * block breaks the rules: the connection then ends with COMPRESSION_ERROR.
   */
  decode(bytes: Buffer, start: number, end: number): HeaderList | undefined {
    if (end - start > maxRememberedBytes) {
      return this.#decodeSpan(bytes, start, end, emptyList, false);
    }
    let hash = 7;
    let at = start;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte < 0x80) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
      at++;
      if (byte === 0xff) {
        let more = 0x80;
        while (at < end && more >= 0x80) {
          more = bytes[at++] as number;
          hash = (Math.imul(hash, 31) + more) | 0;
        }
      }
    }
    const leadEnd = at;
    const leadHash = hash;
    if (leadEnd === end) return this.#remembered(leadHash, bytes, start, end);
    while (at < end) hash = (Math.imul(hash, 31) + (bytes[at++] as number)) | 0;
    const whole = this.#memory.find(hash, bytes, start, end);
    if (whole !== undefined) return whole;
    return this.#decodeParts(bytes, start, leadEnd, end, leadHash, hash);
  }

  /** A block, or leading part of one, that has indexed fields only. */
  #remembered(hash: number, bytes: Buffer, start: number, end: number): HeaderList | undefined {
    if (start === end) return this.#mustShrinkTo < 0 ? emptyList : undefined;
    const found = this.#memory.find(hash, bytes, start, end);
    if (found !== undefined) return found;
    const list = this.#decodeSpan(bytes, start, end, emptyList, true);
    if (list !== undefined && this.#memory.isRepeated(hash)) {
      this.#memory.keep(hash, bytes, start, end, list);
    }
    return list;
  }

  #decodeParts(
    bytes: Buffer,
    start: number,
    leadEnd: number,
    end: number,
    leadHash: number,
    hash: number,
  ): HeaderList | undefined {
    const lead = leadEnd === start ? emptyList : this.#remembered(leadHash, bytes, start, leadEnd);
    if (lead === undefined) return undefined;
    const generation = this.#table.generation;
    const list = this.#decodeSpan(bytes, leadEnd, end, lead, false);
    if (list === undefined || generation !== this.#table.generation) return list;
    if (!this.#memory.isRepeated(hash)) return list;
    const shared = new SharedFields(Object.freeze(list.toFlat()));
    const kept = new HeaderList(shared, noFields, list.sizeBytes, list.marks);
    this.#memory.keep(hash, bytes, start, end, kept);
    return kept;
  }

  /** Decodes field by field what follows `lead`. */
  #decodeSpan(
    bytes: Buffer,
    start: number,
    end: number,
    lead: HeaderList,
    asShared: boolean,
  ): HeaderList | undefined {
    this.#fields = [];
    this.#sizeBytes = lead.sizeBytes;
    this.#marks = lead.marks;
    const cursor = this.#cursor;
    cursor.enter(bytes, start, end);
    let ok = lead !== emptyList || this.#readSizeUpdates(cursor);
    while (ok && cursor.at < end) ok = this.#readField(cursor, bytes[cursor.at] as number);
    cursor.leave();
    if (!ok) return undefined;
    const fields = this.#fields;
    if (asShared) {
      const shared = new SharedFields(Object.freeze(fields));
      return new HeaderList(shared, noFields, this.#sizeBytes, this.#marks);
    }
    return new HeaderList(lead.shared, fields, this.#sizeBytes, this.#marks);
  }

  /** Size updates may only stand at the beginning of a block. */
  #readSizeUpdates(cursor: BlockCursor): boolean {
    let updates = 0;
    while (cursor.at < cursor.end && ((cursor.bytes[cursor.at] as number) & 0xe0) === 0x20) {
      const size = cursor.readInteger(5);
      if (size < 0 || size > this.#limitBytes || ++updates > 2) return false;
      if (this.#mustShrinkTo >= size) this.#mustShrinkTo = -1;
      this.#table.resize(size);
      this.#memory.clear();
    }
    return this.#mustShrinkTo < 0;
  }

  #readField(cursor: BlockCursor, first: number): boolean {
    if (first >= 0x80) {
      const field = this.#table.at(cursor.readInteger(7));
      if (field === undefined) return false;
      this.#add(field);
      return true;
    }
    if (first >= 0x40) {
      const field = this.#readLiteral(cursor, 6);
      if (field === undefined) return false;
      this.#add(field);
      this.#table.insert(field);
      this.#memory.clear();
      return true;
    }
    if (first >= 0x20) return false;
    const field = this.#readLiteral(cursor, 4);
    if (field === undefined) return false;
    this.#add(field);
    return true;
  }

  #add(field: HeaderField): void {
    this.#sizeBytes += field.sizeBytes;
    if (this.#sizeBytes > this.#maxListBytes) return;
    const mark = field.mark;
    if ((mark & fieldMark.anyPseudo) !== 0) {
      // Twice the same, or after an ordinary field: malformed (RFC 9113 section 8.3).
      if ((this.#marks & (mark | fieldMark.ordinary)) !== 0) this.#marks |= fieldMark.malformed;
    }
    this.#marks |= mark;
    this.#fields.push(field.name, field.value);
  }

  #readLiteral(cursor: BlockCursor, prefixBits: number): HeaderField | undefined {
    const index = cursor.readInteger(prefixBits);
    if (index < 0) return undefined;
    const named = index === 0 ? undefined : this.#table.at(index);
    const name = index === 0 ? readString(cursor) : named?.name;
    if (name === undefined) return undefined;
    const value = readString(cursor);
    return value === undefined ? undefined : new HeaderField(name, value, named?.nameMark);
  }
}

const noFields: readonly string[] = Object.freeze([]);
const emptyList = new HeaderList(new SharedFields(noFields), noFields, 0, 0);

function readString(cursor: BlockCursor): string | undefined {
  if (cursor.at >= cursor.end) return undefined;
  const isHuffman = (cursor.bytes[cursor.at] as number) >= 0x80;
  const length = cursor.readInteger(7);
  const start = cursor.at;
  if (length < 0 || length > cursor.end - start) return undefined;
  cursor.at = start + length;
  if (isHuffman) return readHuffman(cursor.bytes, start, cursor.at);
  return latin1(cursor.bytes, start, cursor.at);
}

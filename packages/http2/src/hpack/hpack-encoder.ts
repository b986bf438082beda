/**
 * Encodes header blocks.
 *
 * Hot path. Measured (bench/hpack.bench.ts): a prepared list whose block is kept costs some 30 ns, with a varying field some
 * 220, field by field some 500.
 * A kept block holds good as long as nothing enters the table, so values that vary from call to call are not let in:
 * prepared fields always are, others when a name is new or a value comes twice running.
 *
 * @see RFC 7541 section 6
 */
import { EncoderTable } from "./encoder-table.js";
import { isFieldName, isFieldValue } from "./header-field.js";
import { huffmanLength, writeHuffman } from "./huffman.js";
import { writeInteger } from "./integer.js";
import { maxEncodedBytes, type PreparedHeaders } from "./prepared-headers.js";

/** What an {@link HpackEncoder} is made with. */
export interface HpackEncoderOptions {
  /** Largest table this side is willing to keep, whatever the peer allows, in bytes. */
  readonly encoderTableBytes: number;
  /** Fields that no table on the way may keep. @see RFC 7541 section 7.1.3 */
  readonly neverIndexedNames: ReadonlySet<string>;
  /** Which literals are Huffman-coded where that is not longer; the others go as they are, which is faster. @defaultValue "indexed" */
  readonly huffman?: "indexed" | "all" | "none";
}

/** Inserts that evict something are paid from this purse, which fills with time, so a full table does not churn. */
const maxPurse = 64;
const pursePerBlock = 1 / 8;
/** Names whose last value is kept to see whether it repeats. */
const maxCandidates = 64;

/** Encoder of one connection; blocks must be sent in the order they were encoded. */
export class HpackEncoder {
  readonly #options: HpackEncoderOptions;
  readonly #table: EncoderTable;
  /** Stands for this encoder in prepared headers, which outlive connections and must not keep them alive. */
  readonly #token = {};
  #pendingSizes: readonly number[] = noSizes;
  #purse = maxPurse;
  #kept: Map<PreparedHeaders, { generation: number; block: Uint8Array }> | undefined;
  #candidates: Map<string, string> | undefined;
  #target: Buffer = nothing;
  #at = 0;
  #dependsOnTable = false;

  constructor(options: HpackEncoderOptions, peerTableBytes: number) {
    this.#options = options;
    this.#table = new EncoderTable(peerTableBytes);
    if (options.encoderTableBytes < peerTableBytes) this.setPeerTableBytes(peerTableBytes);
  }

  /** Bytes that the dynamic table counts now. */
  get tableBytes(): number {
    return this.#table.sizeBytes;
  }

  /** Obeys SETTINGS_HEADER_TABLE_SIZE of the peer; the next block says so. */
  setPeerTableBytes(bytes: number): void {
    const size = Math.min(bytes, this.#options.encoderTableBytes);
    const last = this.#pendingSizes.at(-1) ?? this.#table.maxBytes;
    if (size === last) return;
    // Between two blocks only the smallest and the last size are told (RFC 7541 section 4.2).
    const smallest = Math.min(size, ...this.#pendingSizes);
    this.#pendingSizes = smallest < size ? [smallest, size] : [size];
    if (size < this.#table.maxBytes || smallest < size) this.#table.resize(smallest);
  }

  /** Room that {@link encode} may need for these lists, in bytes. */
  roomFor(prepared: PreparedHeaders, extra: readonly string[]): number {
    return prepared.maxEncodedBytes + maxEncodedBytes(extra) + 16;
  }

  /**
   * Writes one block, `prepared` first, and returns where it ends.
   *
   * @throws TypeError if a field of `extra` is not allowed; nothing has been encoded then.
   */
  encode(target: Buffer, at: number, prepared: PreparedHeaders, extra: readonly string[]): number {
    for (let i = 0; i < extra.length; i += 2) {
      if (!this.#isAllowed(extra[i] as string, extra[i + 1])) throw notAllowed(extra[i]);
    }
    this.#target = target;
    this.#at = at;
    if (this.#purse < maxPurse) this.#purse += pursePerBlock;
    if (this.#pendingSizes.length > 0) this.#writeSizeUpdates();
    this.#writePrepared(prepared);
    for (let i = 0; i < extra.length; i += 2) {
      this.#writeField(extra[i] as string, extra[i + 1] as string, false);
    }
    this.#target = nothing;
    return this.#at;
  }

  #isAllowed(name: string, value: string | undefined): boolean {
    if (value === undefined || !isFieldValue(value)) return false;
    return this.#candidates?.has(name) || isFieldName(name);
  }

  #writeSizeUpdates(): void {
    for (const size of this.#pendingSizes) {
      this.#table.resize(size);
      this.#at = writeInteger(this.#target, this.#at, 0x20, 5, size);
    }
    this.#pendingSizes = noSizes;
  }

  #writePrepared(prepared: PreparedHeaders): void {
    const block = this.#keptBlock(prepared);
    if (block !== undefined) {
      const target = this.#target;
      let at = this.#at;
      for (let i = 0; i < block.length; i++) target[at++] = block[i] as number;
      this.#at = at;
      return;
    }
    const start = this.#at;
    const generation = this.#table.generation;
    this.#dependsOnTable = false;
    const { fields } = prepared;
    for (let i = 0; i < fields.length; i += 2) {
      this.#writeField(fields[i] as string, fields[i + 1] as string, true);
    }
    if (this.#table.generation === generation) {
      this.#keep(prepared, Uint8Array.prototype.slice.call(this.#target, start, this.#at));
    }
  }

  #keptBlock(prepared: PreparedHeaders): Uint8Array | undefined {
    const generation = this.#table.generation;
    if (prepared.owner === this.#token) {
      if (prepared.generation === generation || prepared.generation < 0) return prepared.block;
      return undefined;
    }
    const kept = this.#kept?.get(prepared);
    if (kept === undefined) return undefined;
    if (kept.generation !== generation && kept.generation >= 0) return undefined;
    return kept.block;
  }

  #keep(prepared: PreparedHeaders, block: Uint8Array): void {
    // A block that refers to nothing in the dynamic table holds good whatever happens there.
    const generation = this.#dependsOnTable ? this.#table.generation : -1;
    prepared.owner = this.#token;
    prepared.generation = generation;
    prepared.block = block;
    this.#kept ??= new Map();
    if (this.#kept.size >= 256) this.#kept.clear();
    this.#kept.set(prepared, { generation, block });
  }

  #writeField(name: string, value: string, isPrepared: boolean): void {
    const index = this.#table.find(name, value);
    if (index > 0) {
      if (index > 61) this.#dependsOnTable = true;
      this.#at = writeInteger(this.#target, this.#at, 0x80, 7, index);
      return;
    }
    const nameIndex = -index;
    if (nameIndex > 61) this.#dependsOnTable = true;
    if (this.#options.neverIndexedNames.has(name)) {
      this.#writeLiteral(0x10, 4, nameIndex, name, value);
    } else if (this.#wantsInsert(name, value, nameIndex, isPrepared)) {
      this.#writeLiteral(0x40, 6, nameIndex, name, value);
      this.#table.insert(name, value);
    } else {
      this.#writeLiteral(0, 4, nameIndex, name, value);
    }
  }

  #wantsInsert(name: string, value: string, nameIndex: number, isPrepared: boolean): boolean {
    if (!isPrepared && nameIndex > 0 && !this.#comesTwice(name, value)) return false;
    const room = this.#table.roomFor(name, value);
    if (room === "free") return true;
    if (room === "none" || this.#purse < 1) return false;
    this.#purse--;
    return true;
  }

  #comesTwice(name: string, value: string): boolean {
    this.#candidates ??= new Map();
    if (this.#candidates.get(name) === value) return true;
    if (this.#candidates.size >= maxCandidates) this.#candidates.clear();
    this.#candidates.set(name, value);
    return false;
  }

  #writeLiteral(flags: number, bits: number, index: number, name: string, value: string): void {
    this.#at = writeInteger(this.#target, this.#at, flags, bits, index);
    const { huffman = "indexed" } = this.#options;
    const coded = huffman === "all" || (huffman === "indexed" && flags === 0x40);
    if (index === 0) this.#writeString(name, coded);
    this.#writeString(value, coded);
  }

  #writeString(text: string, coded: boolean): void {
    const target = this.#target;
    const codedLength = coded ? huffmanLength(text) : Number.POSITIVE_INFINITY;
    if (codedLength <= text.length) {
      this.#at = writeInteger(target, this.#at, 0x80, 7, codedLength);
      this.#at = writeHuffman(target, this.#at, text);
      return;
    }
    let at = writeInteger(target, this.#at, 0, 7, text.length);
    if (text.length > 32) {
      at += target.write(text, at, "latin1");
    } else {
      for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i);
    }
    this.#at = at;
  }
}

const nothing = Buffer.alloc(0);
const noSizes: readonly number[] = [];

function notAllowed(name: string | undefined): TypeError {
  return new TypeError(`not allowed as a header field here: ${JSON.stringify(name)}`);
}

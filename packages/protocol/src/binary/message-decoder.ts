/** Decoders of message types, made from their descriptors. */
import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { fieldReaders } from "./field-reader.js";
import type { Fields, ReadField } from "./inner-message.js";
import type { WireCursor } from "./wire-cursor.js";

/** Makes and fills messages of one type. */
export class MessageDecoder {
  readonly #schema: DescMessage;
  /** Readers by tag, where that is one byte. */
  readonly #readers: (ReadField | undefined)[] = new Array(128).fill(undefined);
  readonly #furtherReaders = new Map<number, ReadField>();
  readonly #numbers: ReadonlySet<number>;
  readonly #zero: Message;
  /** Whether copies of a message without content can be had by spreading it. */
  readonly #isCopied: boolean;
  readonly #lists: readonly string[];
  readonly #maps: readonly string[];
  readonly #oneofs: readonly string[];

  private constructor(schema: DescMessage) {
    this.#schema = schema;
    this.#numbers = new Set(schema.fields.map(({ number }) => number));
    this.#zero = create(schema);
    this.#isCopied = Object.getPrototypeOf(this.#zero) === Object.prototype;
    const namesOf = (kind: string) =>
      schema.fields.filter(({ fieldKind }) => fieldKind === kind).map(({ localName }) => localName);
    this.#lists = namesOf("list");
    this.#maps = namesOf("map");
    this.#oneofs = schema.oneofs.map(({ localName }) => localName);
  }

  /** The decoder of a type that is {@link isReadable}. */
  static of(schema: DescMessage): MessageDecoder {
    let decoder = decoders.get(schema);
    if (decoder === undefined) {
      decoder = new MessageDecoder(schema);
      // Known before its fields are looked at, since a type may contain itself.
      decoders.set(schema, decoder);
      for (const field of schema.fields) {
        for (const { tag, read } of fieldReaders(field, (inner) => MessageDecoder.of(inner))) {
          if (tag < 128) decoder.#readers[tag] = read;
          else decoder.#furtherReaders.set(tag, read);
        }
      }
    }
    return decoder;
  }

  /** A message without content, equal to what `create` makes. */
  make(): Fields {
    if (!this.#isCopied) return create(this.#schema) as Message & Fields;
    const message: Fields = { ...this.#zero };
    for (const name of this.#lists) message[name] = [];
    for (const name of this.#maps) message[name] = {};
    for (const name of this.#oneofs) message[name] = { case: undefined };
    return message;
  }

  /** Reads up to the cursor's end into `message`. The cursor is past that end if it was not read. */
  read(message: Fields, cursor: WireCursor): void {
    if (++cursor.depth > recursionLimit) {
      cursor.giveUp();
      return;
    }
    const { bytes, end } = cursor;
    let unknown = message.$unknown as Message["$unknown"];
    while (cursor.at < end) {
      const first = bytes[cursor.at] as number;
      let read: ReadField | undefined;
      let tag = first;
      if (first < 0x80) {
        cursor.at++;
        read = this.#readers[first];
      } else {
        tag = cursor.tag();
        read = tag < 0x80 ? this.#readers[tag] : this.#furtherReaders.get(tag);
      }
      if (read !== undefined) {
        read(message, cursor);
      } else {
        unknown ??= [];
        this.#keepUnknown(tag, cursor, unknown);
      }
    }
    if (unknown !== undefined && unknown.length > 0) message.$unknown = unknown;
    cursor.depth--;
  }

  #keepUnknown(tag: number, cursor: WireCursor, unknown: NonNullable<Message["$unknown"]>): void {
    const no = tag >>> 3;
    const wireType = tag & 7;
    // A field of a type other than its own.
    if (no === 0 || this.#numbers.has(no)) {
      cursor.giveUp();
      return;
    }
    const data = cursor.skip(wireType);
    if (data !== undefined) unknown.push({ no, wireType, data });
  }
}

/** How deep messages may lie in messages, the outermost one included; as `fromBinary` has it by default. */
const recursionLimit = 100;

const decoders = new WeakMap<DescMessage, MessageDecoder>();

/**
 * Whether all fields of a type, and of the types in it, have messages as values where their schema says so, and no
 * groups, which went out of use.
 */
export function isReadable(schema: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  return schema.fields.every((field) => {
    if (field.message === undefined) return true;
    if ("delimitedEncoding" in field && field.delimitedEncoding) return false;
    const isUnwrapped = isWrapperDesc(field.message) || field.message.typeName === struct;
    return !isUnwrapped && isReadable(field.message, seen);
  });
}

const struct = "google.protobuf.Struct";

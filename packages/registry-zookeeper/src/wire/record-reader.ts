/** Reads a record as ZooKeeper's jute has it. What is too short, or names a length that cannot be, throws a RangeError. */
export class RecordReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes that were not read yet. */
  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  flag(): boolean {
    return this.#bytes.readUInt8(this.#take(1)) !== 0;
  }

  /** Bytes that stay valid; a length of -1 means none. */
  bytes(): Buffer {
    const length = this.#length();
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  text(): string {
    const length = this.#length();
    const from = this.#take(length);
    return this.#bytes.toString("utf8", from, from + length);
  }

  list<T>(read: () => T): T[] {
    const count = this.#length();
    if (count > this.rest) throw new RangeError(`a list of ${count} in ${this.rest} bytes`);
    const values: T[] = [];
    for (let at = 0; at < count; at++) values.push(read());
    return values;
  }

  #length(): number {
    const length = this.int();
    if (length < -1) throw new RangeError(`a length of ${length}`);
    return Math.max(0, length);
  }

  #take(count: number): number {
    if (count > this.rest) throw new RangeError(`${count} bytes wanted, ${this.rest} left`);
    const from = this.#at;
    this.#at += count;
    return from;
  }
}

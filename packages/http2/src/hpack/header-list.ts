/**
 * What a decoder hands over. A list comes in two parts so that the part which repeats from block to block can be the same
 * object each time, and whatever was derived from it need not be derived again.
 */

/**
 * Leading fields of a list, shared by all lists whose blocks began with the same bytes while the peer's table stood still.
 */
export class SharedFields {
  /** Names and values by turns: `[name, value, name, value, …]`. Never changed. */
  readonly fields: readonly string[];
  /**
   * A place for the reader to keep what it derived from {@link fields} alone, such as a route; starts `undefined`.
   * Nothing may be kept here that depends on {@link HeaderList.own}.
   */
  memo: unknown = undefined;

  constructor(fields: readonly string[]) {
    this.fields = fields;
  }
}

/** The fields of one header block, in the order they were sent. */
export class HeaderList {
  /** The leading fields that repeat from block to block; often all of them. */
  readonly shared: SharedFields;
  /** The fields after {@link shared}, names and values by turns; often none. */
  readonly own: readonly string[];
  /** Names and values plus 32 for each field, in bytes, as SETTINGS_MAX_HEADER_LIST_SIZE counts. */
  readonly sizeBytes: number;
  /** Bits of what occurs in the list. @internal */
  readonly marks: number;

  constructor(shared: SharedFields, own: readonly string[], sizeBytes: number, marks: number) {
    this.shared = shared;
    this.own = own;
    this.sizeBytes = sizeBytes;
    this.marks = marks;
  }

  /** Value of the first field called `name`, or `undefined`. Names are in lower case. */
  get(name: string): string | undefined {
    return valueIn(this.shared.fields, name) ?? valueIn(this.own, name);
  }

  /** Names and values by turns, of both parts, in a new array. */
  toFlat(): string[] {
    return [...this.shared.fields, ...this.own];
  }
}

function valueIn(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === name) return fields[i + 1];
  }
  return undefined;
}

import { fieldMark, HeaderField } from "./header-field.js";

/** Largest number of bytes that the lengths in front of a name and a value can take. */
const lengthBytes = 12;

/**
 * A list of header fields that is sent again and again, such as the fixed part of the requests of one method.
 *
 * It is checked once, here. Each connection's encoder puts the fields into its table and from then on copies the few
 * bytes they became. May be shared by any number of connections.
 */
export class PreparedHeaders {
  /** Names and values by turns, as given. */
  readonly fields: readonly string[];
  /** Names and values plus 32 for each field, in bytes. */
  readonly sizeBytes: number;
  /** Most bytes that the encoded fields can take. @internal */
  readonly maxEncodedBytes: number;
  /** The last encoder that kept a block for these fields, what its table was then, and the block. @internal */
  owner: object | undefined = undefined;
  /** @internal */
  generation = -1;
  /** @internal */
  block: Uint8Array = noBytes;

  /**
   * @throws TypeError if names and values do not pair up, a name is not in lower case or not allowed in HTTP/2, a value
   * has a character that is not allowed, or a pseudo-header field follows an ordinary one.
   * @see RFC 9113 section 8.2
   */
  constructor(fields: readonly string[]) {
    this.fields = Object.freeze([...fields]);
    this.sizeBytes = checkFields(this.fields, true);
    this.maxEncodedBytes = maxEncodedBytes(this.fields);
  }
}

const noBytes = new Uint8Array(0);

/** Checks a list of fields as {@link PreparedHeaders} does and returns its size as header lists count it, in bytes. */
export function checkFields(fields: readonly string[], allowPseudo: boolean): number {
  if (fields.length % 2 !== 0) throw new TypeError("headers must be names and values by turns");
  let size = 0;
  let marks = allowPseudo ? 0 : fieldMark.ordinary;
  for (let i = 0; i < fields.length; i += 2) {
    const field = new HeaderField(fields[i] as string, fields[i + 1] as string);
    const misplaced =
      (field.mark & fieldMark.anyPseudo) !== 0 && (marks & (field.mark | fieldMark.ordinary)) !== 0;
    if (misplaced || (field.mark & fieldMark.malformed) !== 0) {
      throw new TypeError(`not allowed as a header field here: ${JSON.stringify(field.name)}`);
    }
    marks |= field.mark;
    size += field.sizeBytes;
  }
  return size;
}

/** Most bytes that `fields` can take once encoded. */
export function maxEncodedBytes(fields: readonly string[]): number {
  let bytes = 0;
  for (let i = 0; i < fields.length; i++) bytes += (fields[i] as string).length;
  return bytes + (fields.length >> 1) * lengthBytes;
}

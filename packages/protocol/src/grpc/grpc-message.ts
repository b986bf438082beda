/** The text of a status on the wire: UTF-8, percent-encoded where it is not plain ASCII. */

/**
 * Renders the value of `grpc-message`. A blank at either end is encoded too, as no header may have one there.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Status-Message"
 */
export function encodeGrpcMessage(text: string): string {
  if (plain.test(text)) return text;
  const bytes = Buffer.from(text, "utf8");
  const last = bytes.length - 1;
  let encoded = "";
  for (let i = 0; i <= last; i++) {
    const byte = bytes[i] as number;
    const isOuterBlank = byte === 0x20 && (i === 0 || i === last);
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== percent && !isOuterBlank;
    encoded += isPlain ? String.fromCharCode(byte) : escapes[byte];
  }
  return encoded;
}

/** Reads the value of `grpc-message`. What is not an escape stands for itself, so nothing is ever refused. */
export function decodeGrpcMessage(value: string): string {
  if (plain.test(value)) return value;
  const from = Buffer.from(value, "latin1");
  const into = Buffer.allocUnsafe(from.length);
  let length = 0;
  for (let i = 0; i < from.length; i++) {
    const escaped = from[i] === percent ? escapedByte(from, i + 1) : -1;
    if (escaped >= 0) i += 2;
    into[length++] = escaped >= 0 ? escaped : (from[i] as number);
  }
  return into.toString("utf8", 0, length);
}

const percent = 0x25;
/** Nothing that has to be encoded: no `%`, nothing but printable ASCII, no blank at either end. */
const plain = /^(?! )[\x20-\x24\x26-\x7e]*(?<! )$/;

const escapes = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

/** The byte whose two hexadecimal digits stand at `at`, or -1. */
function escapedByte(bytes: Buffer, at: number): number {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

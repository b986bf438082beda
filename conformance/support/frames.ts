/** Frames of HTTP/2 and header blocks without tables, as bytes. @see RFC 9113 section 6, RFC 7541 section 6.2.2 */

/** Names and values by turns. */
export type Fields = readonly string[];

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** A header list, in CONTINUATION frames too if `partBytes` is less than it needs. */
export function headerFrames(
  streamId: number,
  fields: Fields,
  { isLast, partBytes = 16_384 }: { readonly isLast: boolean; readonly partBytes?: number },
): Buffer {
  const block = blockOf(fields);
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < block.length; at += partBytes) {
    const ends = at + partBytes >= block.length ? endHeaders : 0;
    const part = block.subarray(at, at + partBytes);
    frames.push(
      at === 0
        ? frame(1, ends | (isLast ? endStream : 0), streamId, part)
        : frame(9, ends, streamId, part),
    );
  }
  return Buffer.concat(frames);
}

/** Content, in frames of `partBytes`. */
export function dataFrames(
  streamId: number,
  content: Buffer,
  { isLast, partBytes = 16_384 }: { readonly isLast: boolean; readonly partBytes?: number },
): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += partBytes) {
    const isEnd = isLast && at + partBytes >= content.length;
    const part = content.subarray(at, at + partBytes);
    frames.push(frame(0, isEnd ? endStream : 0, streamId, part));
  }
  return Buffer.concat(frames);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
export const settings: Buffer = frame(4, 0, 0, Buffer.alloc(0));
export const settingsAck: Buffer = frame(4, 1, 0, Buffer.alloc(0));

const endStream = 0x1;
const endHeaders = 0x4;

function blockOf(fields: Fields): Buffer {
  return Buffer.concat(
    fields.flatMap((text, index) => {
      const bytes = Buffer.from(text, "latin1");
      const marker = index % 2 === 0 ? [Buffer.from([0])] : [];
      return [...marker, lengthOf(bytes.length), bytes];
    }),
  );
}

/** An integer with a prefix of seven bits. @see RFC 7541 section 5.1 */
function lengthOf(length: number): Buffer {
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** Frames of HTTP/2, as bytes. @see RFC 9113 section 6 */

export const frameTypes = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  goaway: 7,
} as const;

export function rawFrame(type: number, flags: number, streamId: number, payload: Uint8Array) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** `last` sets END_STREAM. */
export function headersFrame(
  streamId: number,
  fields: Record<string, string>,
  { last = false } = {},
) {
  const block = Buffer.concat(Object.entries(fields).flatMap(literal));
  return rawFrame(frameTypes.headers, endHeaders | (last ? endStream : 0), streamId, block);
}

export function dataFrame(streamId: number, bytes: Uint8Array, { last = false } = {}) {
  return rawFrame(frameTypes.data, last ? endStream : 0, streamId, bytes);
}

/** A frame whose payload is an error code. */
export function errorFrame(type: number, streamId: number, code: number) {
  return rawFrame(type, 0, streamId, uint32(code));
}

export function goawayFrame(lastStreamId: number, code: number) {
  return rawFrame(frameTypes.goaway, 0, 0, Buffer.concat([uint32(lastStreamId), uint32(code)]));
}

const endStream = 0x1;
const endHeaders = 0x4;

/** HPACK, literal header field without indexing, new name: RFC 7541 section 6.2.2. Texts under 127 bytes. */
function literal([name, value]: [string, string]): Buffer[] {
  return [Buffer.from([0]), lengthAndText(name), lengthAndText(value)];
}

function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

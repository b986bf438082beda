/** A peer that speaks frames by hand: sends what it is told, rules or no rules, and keeps what it gets. */
import { type Duplex, duplexPair } from "node:stream";
import { FrameReader } from "../frames/frame-reader.js";
import { clientPreface, FrameFlag, FrameType } from "../frames/frame-type.js";
import { writeFrameHeader } from "../frames/frame-writer.js";
import { HpackDecoder } from "../hpack/hpack-decoder.js";

/** One frame as it was on the wire. */
export interface RawFrame {
  type: number;
  flags: number;
  streamId: number;
  payload: Buffer;
}

const typeNames = Object.keys(FrameType);

/** Bytes of a frame. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array | number[] = [],
): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, 9);
  return bytes;
}

export function uint32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

export function settings(...pairs: [id: number, value: number][]): Buffer {
  return frame(
    FrameType.SETTINGS,
    0,
    0,
    pairs.flatMap(([id, value]) => [0, id, ...uint32(value)]),
  );
}

export const settingsAck: Buffer = frame(FrameType.SETTINGS, FrameFlag.ACK, 0);

export function windowUpdate(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function rstStream(streamId: number, code: number): Buffer {
  return frame(FrameType.RST_STREAM, 0, streamId, uint32(code));
}

export function goaway(lastStreamId: number, code: number, debug = ""): Buffer {
  return frame(FrameType.GOAWAY, 0, 0, [
    ...uint32(lastStreamId),
    ...uint32(code),
    ...Buffer.from(debug),
  ]);
}

export function data(streamId: number, content: Uint8Array | string, endStream = false): Buffer {
  return frame(
    FrameType.DATA,
    endStream ? FrameFlag.END_STREAM : 0,
    streamId,
    Buffer.from(content),
  );
}

/** Fields without tables or Huffman code. */
export function literalBlock(fields: readonly string[]): Buffer {
  return Buffer.concat(
    fields.map((text, i) =>
      Buffer.from([...(i % 2 === 0 ? [0] : []), ...lengthOf(text), ...Buffer.from(text, "latin1")]),
    ),
  );
}

function lengthOf(text: string): number[] {
  if (text.length < 127) return [text.length];
  const rest = text.length - 127;
  return rest < 128
    ? [127, rest]
    : [
        127,
        (rest & 127) | 128,
        ...(rest >> 7 < 128 ? [rest >> 7] : [((rest >> 7) & 127) | 128, rest >> 14]),
      ];
}

export function headers(streamId: number, fields: readonly string[], endStream = false): Buffer {
  const flags = FrameFlag.END_HEADERS | (endStream ? FrameFlag.END_STREAM : 0);
  return frame(FrameType.HEADERS, flags, streamId, literalBlock(fields));
}

export const getFields: readonly string[] = [
  ":method",
  "GET",
  ":scheme",
  "http",
  ":path",
  "/",
  ":authority",
  "a",
];

export class RawPeer {
  readonly frames: RawFrame[] = [];
  readonly socket: Duplex;
  isClosed = false;
  #decoder = new HpackDecoder({ headerTableBytes: 4096, maxHeaderListBytes: 1e6 });
  #waiting: (() => void)[] = [];
  #skipPreface: number;
  #partial: Buffer[] = [];

  constructor(socket: Duplex, isServer: boolean) {
    this.socket = socket;
    this.#skipPreface = isServer ? clientPreface.length : 0;
    const take = (type: number, flags: number, streamId: number, payload: Buffer) => {
      this.frames.push({ type, flags, streamId, payload });
    };
    const reader = new FrameReader(
      {
        onDataPart: (streamId, flags, bytes, start, end, _flow, isLast) => {
          this.#partial.push(Buffer.from(bytes.subarray(start, end)));
          if (!isLast) return;
          take(FrameType.DATA, flags, streamId, Buffer.concat(this.#partial));
          this.#partial = [];
        },
        onFrame: (type, flags, streamId, bytes, start, end) =>
          take(type, flags, streamId, Buffer.from(bytes.subarray(start, end))),
        onFramingError: (_code, reason) => {
          throw new Error(reason);
        },
      },
      16_777_215,
    );
    socket.on("data", (chunk: Buffer) => {
      const skipped = Math.min(this.#skipPreface, chunk.length);
      this.#skipPreface -= skipped;
      reader.read(chunk.subarray(skipped));
      this.#wake();
    });
    socket.on("error", () => undefined);
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.isClosed = true;
        this.#wake();
      });
    }
  }

  send(...parts: Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Says what a peer says first, and acknowledges. */
  open(...pairs: [id: number, value: number][]): void {
    this.send(settings(...pairs), settingsAck);
  }

  /** The first frame not yet taken for which `matches` holds; takes it and all before it. */
  async next(
    type: keyof typeof FrameType,
    matches: (frame: RawFrame) => boolean = () => true,
  ): Promise<RawFrame> {
    for (;;) {
      const place = this.frames.findIndex((one) => one.type === FrameType[type] && matches(one));
      if (place >= 0) return this.frames.splice(0, place + 1).at(-1) as RawFrame;
      if (this.isClosed) throw new Error(`closed while waiting for ${type}; got ${this.log()}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The code of the next GOAWAY that is not a graceful one. */
  async goawayCode(): Promise<number> {
    const { payload } = await this.next("GOAWAY", (one) => one.payload.readUInt32BE(4) !== 0);
    return payload.readUInt32BE(4);
  }

  async resetCode(streamId: number): Promise<number> {
    const { payload } = await this.next("RST_STREAM", (one) => one.streamId === streamId);
    return payload.readUInt32BE(0);
  }

  async fields(streamId: number): Promise<string[]> {
    const { payload } = await this.next("HEADERS", (one) => one.streamId === streamId);
    return this.#decoder.decode(payload, 0, payload.length)?.toFlat() ?? ["undecodable"];
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  log(): string {
    return this.frames.map((one) => `${typeNames[one.type]}#${one.streamId}`).join(" ");
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** Two ends of a byte stream in memory. */
export function pipe(): [Duplex, Duplex] {
  return duplexPair();
}

/** Lets everything that is under way in memory arrive. */
export async function settle(turns = 6): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}

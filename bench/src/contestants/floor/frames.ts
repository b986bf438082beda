/**
 * HTTP/2-shaped frames on a socket, without the rest of HTTP/2: no preface, no HPACK, no flow control, no limits. It shows
 * what the least of work costs that any implementation has to do.
 */
import type { Writable } from "node:stream";

export const dataFrame = 0;
export const headersFrame = 1;
export const endStreamFlag = 1;

const headerBytes = 9;
const prefixBytes = 5;
const maxPayloadBytes = 16_384;
const slabBytes = 65_536;
const nothing: Buffer = Buffer.alloc(0);

/** Cuts frames out of the chunks of a socket. The payload is a view of the chunk wherever it lies in one. */
export class FrameReader {
  readonly #onFrame: (type: number, flags: number, streamId: number, payload: Buffer) => void;
  #rest = nothing;

  constructor(onFrame: (type: number, flags: number, streamId: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headerBytes) {
      const end = at + headerBytes + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#onFrame(
        bytes[at + 3] as number,
        bytes[at + 4] as number,
        bytes.readUInt32BE(at + 5),
        bytes.subarray(at + headerBytes, end),
      );
      at = end;
    }
    this.#rest = at === bytes.length ? nothing : bytes.subarray(at);
  }
}

/** Appends frames to one piece of memory and writes it to the socket once per tick. */
export class FrameWriter {
  readonly #socket: Writable;
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  /** What lies before it is with the socket already. */
  #from = 0;
  #to = 0;
  #flushing = false;
  /** Stream of the DATA frame that stands last and can take more, and where it begins; 0 if there is none. */
  #openId = 0;
  #openAt = 0;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    this.#header(payload.length, type, flags, streamId);
    this.#slab.set(payload, this.#to);
    this.#to += payload.length;
  }

  /**
   * Writes a gRPC message: into the DATA frame that stands last if it is of the same stream and has room, else in as many
   * frames as it takes. `flags` are those of the last one.
   */
  message(flags: number, streamId: number, message: Uint8Array): void {
    if (this.#append(flags, streamId, message)) return;
    let taken = Math.min(message.length, maxPayloadBytes - prefixBytes);
    const whole = taken === message.length;
    this.#header(prefixBytes + taken, dataFrame, whole ? flags : 0, streamId);
    this.#prefixed(message.length, whole ? message : message.subarray(0, taken));
    if (whole && flags === 0) {
      this.#openAt = this.#to - prefixBytes - taken - headerBytes;
      this.#openId = streamId;
    }
    while (taken < message.length) {
      const next = message.subarray(taken, taken + maxPayloadBytes);
      taken += next.length;
      this.frame(dataFrame, taken === message.length ? flags : 0, streamId, next);
    }
  }

  /** Lengthens the frame that stands last, if it can take the message. */
  #append(flags: number, streamId: number, message: Uint8Array): boolean {
    if (streamId !== this.#openId) return false;
    const length = this.#to - this.#openAt - headerBytes + prefixBytes + message.length;
    if (length > maxPayloadBytes || this.#openAt + headerBytes + length > this.#slab.length) {
      return false;
    }
    this.#slab.writeUIntBE(length, this.#openAt, 3);
    this.#slab[this.#openAt + 4] = flags;
    this.#prefixed(message.length, message);
    if (flags !== 0) this.#openId = 0;
    return true;
  }

  #prefixed(length: number, bytes: Uint8Array): void {
    this.#slab[this.#to] = 0;
    this.#slab.writeUInt32BE(length, this.#to + 1);
    this.#slab.set(bytes, this.#to + prefixBytes);
    this.#to += prefixBytes + bytes.length;
  }

  /** Makes room for a frame and writes its first nine bytes. */
  #header(length: number, type: number, flags: number, streamId: number): void {
    this.#openId = 0;
    if (this.#slab.length - this.#to < headerBytes + length) {
      this.#flush();
      this.#slab = Buffer.allocUnsafeSlow(slabBytes);
      this.#from = 0;
      this.#to = 0;
    }
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#tick);
    }
    this.#slab.writeUIntBE(length, this.#to, 3);
    this.#slab[this.#to + 3] = type;
    this.#slab[this.#to + 4] = flags;
    this.#slab.writeUInt32BE(streamId, this.#to + 5);
    this.#to += headerBytes;
  }

  readonly #tick = () => {
    this.#flushing = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#to > this.#from) this.#socket.write(this.#slab.subarray(this.#from, this.#to));
    this.#from = this.#to;
    this.#openId = 0;
  }
}

/**
 * Gathers outgoing bytes and writes them once per turn of the event loop.
 *
 * Hot path. Measured (bench/README): frames are appended to one slab that is never reused once written, so nothing has to
 * wait for the socket; a body of {@link copyLimitBytes} or more goes by reference between two pieces of slab.
 */
import type { Duplex } from "node:stream";

/** Bodies shorter than this are copied: that is cheaper than one more buffer to write. */
export const copyLimitBytes = 4_096;
const flushAtBytes = 32_768;
/**
 * DATA frames that are written before the turn is over. With many calls that answer each other, two peers would otherwise
 * take turns at working; measured with 64 streams of ping-pong (bench), this is half as fast again.
 */
const flushAtFrames = 32;
const smallestSlabBytes = 512;
const largestSlabBytes = 65_536;

/** Is told when bytes have been handed to the socket. */
export interface OutputOwner {
  onFlushed(): void;
}

function flush(output: Output): void {
  output.flush();
}

/** Output of one connection. */
export class Output {
  /** Where frames are written; valid after {@link Output.reserve}. */
  slab: Buffer = nothing;
  /** Bytes handed to the socket so far. */
  handedOverBytes = 0;
  readonly #socket: Duplex;
  readonly #owner: OutputOwner;
  #from = 0;
  #at = 0;
  #parts: Uint8Array[] = noParts;
  #partBytes = 0;
  #holdsBody = false;
  /** DATA frames since the last write. */
  #frames = 0;
  /** What was written last, by which a new slab is measured. */
  #lastFlushBytes = 0;
  #isScheduled = false;
  #isClosed = false;

  constructor(socket: Duplex, owner: OutputOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  /** Bytes appended and not yet handed to the socket. */
  get heldBytes(): number {
    return this.#partBytes + this.#at - this.#from;
  }

  /** Bytes appended since the beginning. */
  get appendedBytes(): number {
    return this.handedOverBytes + this.heldBytes;
  }

  /** Bytes that wait here or in the socket. */
  get backlogBytes(): number {
    return this.heldBytes + this.#socket.writableLength;
  }

  /** Makes room for `bytes` in {@link Output.slab} and returns where to write; {@link Output.commit} must follow. */
  reserve(bytes: number): number {
    if (this.slab.length - this.#at < bytes) this.#newSlab(bytes);
    return this.#at;
  }

  /** Takes the slab up to `end` as written. */
  commit(end: number): void {
    this.#at = end;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(flush, this);
  }

  /**
   * Whether what stands in the slab from `from` up to `end`, of which the last byte was appended as number `endedAt`, is the
   * last that was appended, has not been handed over, and has room for `bytes` more behind it.
   */
  canExtend(from: number, end: number, endedAt: number, bytes: number): boolean {
    return (
      this.appendedBytes === endedAt &&
      this.#at === end &&
      this.#from <= from &&
      this.slab.length - end >= bytes
    );
  }

  /** Appends a body, by reference if it is long. The caller no longer changes it. */
  append(bytes: Uint8Array): void {
    const length = bytes.length;
    if (length < copyLimitBytes) {
      this.commit(this.copy(bytes, this.reserve(length)));
      return;
    }
    this.#cut();
    this.#addPart(bytes);
    this.#partBytes += length;
    this.#holdsBody = true;
    this.commit(this.#at);
  }

  /** Copies `bytes` to `at` in the slab, where there is room, and returns where they end. */
  copy(bytes: Uint8Array, at: number): number {
    const { slab } = this;
    const length = bytes.length;
    if (length >= 48) {
      slab.set(bytes, at);
      return at + length;
    }
    let end = at;
    for (let i = 0; i < length; i++) slab[end++] = bytes[i] as number;
    return end;
  }

  /** Notes a DATA frame, and writes before the turn is over if much has gathered, so that the peer has something to do. */
  noteFrame(): void {
    this.#frames++;
    if (this.#holdsBody) return;
    if (this.#frames >= flushAtFrames || this.heldBytes >= flushAtBytes) this.flush();
  }

  /** Hands everything to the socket. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    const socket = this.#socket;
    this.#frames = 0;
    const heldBytes = this.heldBytes;
    if (heldBytes === 0) return;
    const tail = this.#at > this.#from ? this.slab.subarray(this.#from, this.#at) : undefined;
    this.#from = this.#at;
    this.#lastFlushBytes = heldBytes;
    this.handedOverBytes += heldBytes;
    if (this.#partBytes === 0) {
      socket.write(tail);
    } else {
      const parts = this.#parts;
      this.#parts = noParts;
      this.#partBytes = 0;
      this.#holdsBody = false;
      socket.cork();
      for (const part of parts) socket.write(part);
      if (tail !== undefined) socket.write(tail);
      socket.uncork();
    }
    this.#owner.onFlushed();
  }

  /** Gives the slab back while nothing is going on. */
  trim(): void {
    if (this.heldBytes > 0) return;
    this.slab = nothing;
    this.#from = 0;
    this.#at = 0;
  }

  /** Drops what is held and takes no more notice of anything. */
  close(): void {
    this.#isClosed = true;
    this.#parts = noParts;
    this.#partBytes = 0;
    this.#from = this.#at;
  }

  #cut(): void {
    if (this.#at === this.#from) return;
    this.#addPart(this.slab.subarray(this.#from, this.#at));
    this.#partBytes += this.#at - this.#from;
    this.#from = this.#at;
  }

  #addPart(bytes: Uint8Array): void {
    if (this.#parts === noParts) this.#parts = [bytes];
    else this.#parts.push(bytes);
  }

  #newSlab(bytes: number): void {
    this.#cut();
    const usual = Math.max(this.slab.length, this.#lastFlushBytes) * 2;
    const wanted = Math.min(largestSlabBytes, Math.max(smallestSlabBytes, usual));
    this.slab = Buffer.allocUnsafe(Math.max(bytes, wanted));
    this.#from = 0;
    this.#at = 0;
  }
}

const nothing = Buffer.alloc(0);
const noParts: Uint8Array[] = [];

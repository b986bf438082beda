import { fixedFrameBytes, readUint32, writePing, writeUint32 } from "../frames/frame-writer.js";
import type { Connection } from "./connection.js";

/** Called with the time that a PING took, in milliseconds, or `undefined` if the connection ended before. */
export type PingCallback = (roundTripMs: number | undefined) => void;

/** First four bytes of our PINGs; the other four are a serial number. */
const pingTag = 0x74687269;

/** PINGs of one connection that wait for their answers. */
export class Pings {
  readonly #connection: Connection;
  #waiting: Map<number, { sentAtMs: number; callback: PingCallback }> | undefined;
  #serial = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends a PING. */
  send(callback: PingCallback): void {
    const { out, options, hasEnded } = this.#connection;
    if (hasEnded) {
      callback(undefined);
      return;
    }
    this.#serial = (this.#serial + 1) >>> 0;
    this.#waiting ??= new Map();
    this.#waiting.set(this.#serial, { sentAtMs: options.clock.nowMs(), callback });
    const payload = Buffer.allocUnsafe(8);
    writeUint32(payload, writeUint32(payload, 0, pingTag), this.#serial);
    const at = out.reserve(fixedFrameBytes);
    out.commit(writePing(out.slab, at, false, payload, 0));
  }

  /** Takes the answer whose eight bytes start at `start`. One that nobody waits for is ignored. */
  receiveAck(bytes: Buffer, start: number): void {
    if (readUint32(bytes, start) !== pingTag) return;
    const serial = readUint32(bytes, start + 4);
    const waiting = this.#waiting?.get(serial);
    if (waiting === undefined) return;
    this.#waiting?.delete(serial);
    this.#call(waiting.callback, this.#connection.options.clock.nowMs() - waiting.sentAtMs);
  }

  /** Tells all who wait that no answer will come. */
  end(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const { callback } of waiting?.values() ?? []) this.#call(callback, undefined);
  }

  #call(callback: PingCallback, roundTripMs: number | undefined): void {
    try {
      callback(roundTripMs);
    } catch (error) {
      this.#connection.reportThrown(error);
    }
  }
}

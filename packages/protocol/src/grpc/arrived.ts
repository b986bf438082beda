/** Messages as they come off the wire. Those that are not compressed are their payload, as that needs no object. */
import { headBytes } from "./message-head.js";

/** A message as it came. */
export type Arrived = Buffer | Packed;

/** A message that is compressed. */
export class Packed {
  readonly payload: Buffer;

  constructor(payload: Buffer) {
    this.payload = payload;
  }

  /** Of payload and head, so that many without payload take room as well. */
  get byteLength(): number {
    return this.payload.byteLength + headBytes;
  }
}

/** Keeps the flags of its head with a payload. */
export function arrivedFrom(payload: Buffer, flags: number): Arrived {
  return flags === 0 ? payload : new Packed(payload);
}

/**
 * Decodes base64 that comes in pieces cut anywhere, and that may be padded anywhere: senders encode what they have, and go
 * on after it.
 */
export class Base64Reader {
  /** Up to three characters that wait for the fourth. */
  #rest = "";

  /** Whether all that came was decoded. */
  get isComplete(): boolean {
    return this.#rest === "";
  }

  /** The bytes of all groups that are whole; undefined if there is something else than base64. */
  read(piece: Uint8Array): Buffer | undefined {
    const text = this.#rest + Buffer.from(piece).toString("latin1");
    const wholeLength = text.length - (text.length % 4);
    const whole = text.slice(0, wholeLength);
    this.#rest = text.slice(wholeLength);
    if (!groups.test(whole) || !letters.test(this.#rest)) return undefined;
    if (!whole.includes("=")) return Buffer.from(whole, "base64");
    // Node.js stops at the first padding.
    const padded = whole.match(upToPadding) ?? [];
    return Buffer.concat(padded.map((part) => Buffer.from(part, "base64")));
  }
}

const groups = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)*$/;
const letters = /^[A-Za-z0-9+/]*=?$/;
const upToPadding = /[^=]+={0,2}/g;

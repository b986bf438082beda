/** The room that a client has for request messages of streams that may have to be sent again. */
export class ReplayMemory {
  readonly maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes that are taken now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes room for `bytes`, if there is as much. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.maxBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

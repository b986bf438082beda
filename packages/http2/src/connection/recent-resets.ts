/** Most streams remembered. */
const maxRemembered = 512;

/**
 * Streams that this side has reset and whose frames may still be on their way.
 *
 * @see RFC 9113 section 5.1, "closed"
 */
export class RecentResets {
  #ids: Set<number> | undefined;
  #forgottenUpTo = 0;

  /** Notes a reset of stream `id`. */
  add(id: number): void {
    this.#ids ??= new Set();
    this.#ids.add(id);
    if (this.#ids.size <= maxRemembered) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      this.#forgottenUpTo = Math.max(this.#forgottenUpTo, oldest);
      break;
    }
  }

  /** Whether frames of stream `id` may be the late ones of a stream reset here; for a stream long gone, yes. */
  mayInclude(id: number): boolean {
    return id <= this.#forgottenUpTo || (this.#ids?.has(id) ?? false);
  }
}

import type { EntryStore, Followed } from "../engine/entry-store.js";

/**
 * Keeps a lasting entry as it should be, also when an engine has lost it: whenever the entry is heard and `change` has something
 * to say to it, it is written.
 */
export class KeptEntry {
  readonly #store: EntryStore;
  readonly #key: string;
  readonly #change: (old: string | undefined) => string | undefined;
  readonly #followed: Followed;
  /** Resolves once the entry was as it should be, or nobody keeps it any more. */
  readonly written: Promise<void>;
  #resolve: () => void = () => {};
  #isUpdating = false;
  #isClosed = false;

  constructor(
    store: EntryStore,
    key: string,
    change: (old: string | undefined) => string | undefined,
  ) {
    this.#store = store;
    this.#key = key;
    this.#change = change;
    this.written = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#followed = store.followEntry(key, (value, state) => {
      if (state !== "live") return;
      if (change(value) === undefined) this.#resolve();
      else void this.#update();
    });
  }

  /** Leaves the entry as it is. */
  close(): void {
    this.#isClosed = true;
    this.#followed.close();
    this.#resolve();
  }

  async #update(): Promise<void> {
    if (this.#isUpdating || this.#isClosed) return;
    this.#isUpdating = true;
    await this.#store.update(this.#key, this.#change);
    this.#isUpdating = false;
    this.#resolve();
  }
}

import { logQuietly } from "../log-quietly.js";
import type { Logger } from "../logger/logger.js";

/** Entries that are kept in mind, so that each is logged once. */
const maxKnown = 10_000;

/** Tells of the entries of a registry that cannot be used: one line for each, however often it is read. */
export class SkippedEntries {
  readonly #registry: string;
  readonly #logger: Logger;
  readonly #known = new Set<string>();

  constructor(registry: string, logger: Logger) {
    this.#registry = registry;
    this.#logger = logger;
  }

  /** Takes note of the entry with this key. */
  note(key: string, reason: string): void {
    if (this.#known.has(key)) return;
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.add(key);
    logQuietly(() =>
      this.#logger.warnf(
        "registry %s: entry %s is left out: %s",
        this.#registry,
        shorten(key),
        reason,
      ),
    );
  }
}

function shorten(key: string): string {
  return key.length > 500 ? `${key.slice(0, 500)}…` : key;
}

import { type Logger, logQuietly } from "@thrice/core";

/** Tells of an engine that cannot be reached, and that it can be again: one line each. */
export class Reachability {
  readonly #registry: string;
  readonly #logger: Logger;
  #isAway = false;

  constructor(registry: string, logger: Logger) {
    this.#registry = registry;
    this.#logger = logger;
  }

  noteFailure(reason: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    logQuietly(() => this.#logger.warnf("registry %s cannot be used: %s", this.#registry, reason));
  }

  noteSuccess(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    logQuietly(() => this.#logger.infof("registry %s can be used again", this.#registry));
  }
}

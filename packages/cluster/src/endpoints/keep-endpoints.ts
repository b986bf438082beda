import {
  type ClusterEvents,
  type Directory,
  type KeepEvent,
  logQuietly,
  type Snapshot,
} from "@thrice/core";
import { describeThrown } from "../describe-thrown.js";

/**
 * Makes a directory that goes on with the endpoints it knows when `directory` loses all of them, or throws: a service
 * whose every endpoint has gone is more seldom than a discovery that has failed. The endpoints that do not answer are
 * found out by the calls.
 *
 * @throws what `directory` throws, from `snapshot`, as long as no endpoint has been known.
 */
export function keepEndpoints(directory: Directory, events: ClusterEvents = {}): Directory {
  return new KeepingDirectory(directory, events);
}

class KeepingDirectory implements Directory {
  readonly #directory: Directory;
  readonly #events: ClusterEvents;
  #kept: Snapshot | undefined;
  /** Whether the last answer was not heeded, so that the event is told once. */
  #isKeeping = false;

  constructor(directory: Directory, events: ClusterEvents) {
    this.#directory = directory;
    this.#events = events;
  }

  snapshot(): Snapshot {
    let snapshot: Snapshot;
    try {
      snapshot = this.#directory.snapshot();
    } catch (cause) {
      if (this.#kept === undefined) throw cause;
      return this.#keep(this.#kept, `the directory failed: ${describeThrown(cause)}`);
    }
    if (snapshot !== this.#kept && snapshot.endpoints.length === 0 && this.#kept !== undefined) {
      return this.#keep(this.#kept, "the directory knows no endpoint any more");
    }
    this.#isKeeping = false;
    if (snapshot.endpoints.length > 0) this.#kept = snapshot;
    return snapshot;
  }

  whyNone(): string | undefined {
    return this.#directory.whyNone?.();
  }

  #keep(kept: Snapshot, reason: string): Snapshot {
    if (!this.#isKeeping) {
      this.#isKeeping = true;
      const event: KeepEvent = { kept: kept.endpoints.length, reason };
      logQuietly(() => this.#events.onKeep?.(event));
    }
    return kept;
  }
}

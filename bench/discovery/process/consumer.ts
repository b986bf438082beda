import type { Registry, ServiceUpdate } from "@thrice/core";
import { wallMs } from "../../processes/process/wall-clock.js";
import { crowd, echo } from "./crowd.js";

/** One that follows the crowd and the servers that are called, and remembers when it heard what. */
export class Consumer {
  /** When endpoints came, by id, and when they left; since the epoch, in milliseconds. */
  readonly added = new Map<string, number>();
  readonly removed = new Map<string, number>();
  /** How many of the crowd it knows. */
  crowd = 0;
  readonly #looking = new Set<() => void>();

  constructor(registry: Registry) {
    registry.watch(crowd, (update) => {
      this.crowd = update.endpoints.length;
      this.#note(update);
    });
    registry.watch(echo, (update) => this.#note(update));
  }

  /** Resolves with what `look` finds, once it finds something. */
  until<T>(look: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const lookAgain = () => {
        const found = look();
        if (found === undefined || found === false) return;
        this.#looking.delete(lookAgain);
        resolve(found);
      };
      this.#looking.add(lookAgain);
      lookAgain();
    });
  }

  #note({ added, removed }: ServiceUpdate): void {
    const atMs = wallMs();
    for (const { id } of added) this.added.set(id, atMs);
    for (const { id } of removed) this.removed.set(id, atMs);
    for (const look of [...this.#looking]) look();
  }
}

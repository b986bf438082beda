import type { PoolSocket } from "./network.js";

/** The sockets of a pool that are not closed yet, so that closing it can wait for them. */
export class OpenSockets {
  readonly #open = new Set<PoolSocket>();
  readonly #onEmpty: (() => void)[] = [];

  add(socket: PoolSocket): void {
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (this.#open.size > 0) return;
      for (const resolve of this.#onEmpty.splice(0)) resolve();
    });
  }

  /** Resolves when all are closed. Until then each keeps the process alive, also one whose connection is over already. */
  allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    for (const socket of this.#open) socket.ref();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}

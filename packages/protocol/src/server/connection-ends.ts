import type { Socket } from "node:net";

/**
 * Tells of the end of connections to those who serve their requests. Pipelined requests share a connection, and a response
 * that waits behind another one hears nothing of the connection's end from Node.
 */
export class ConnectionEnds {
  readonly #waiting = new WeakMap<Socket, Set<() => void>>();

  /** Calls `onEnd` when the connection is closed, at once if it is; the function that comes back takes that back. */
  watch(socket: Socket, onEnd: () => void): () => void {
    if (socket.destroyed) onEnd();
    const waiting = this.#waiting.get(socket) ?? this.#newList(socket);
    waiting.add(onEnd);
    return () => waiting.delete(onEnd);
  }

  /** One listener a socket, however many requests wait. */
  #newList(socket: Socket): Set<() => void> {
    const waiting = new Set<() => void>();
    this.#waiting.set(socket, waiting);
    socket.once("close", () => {
      for (const onEnd of waiting) onEnd();
    });
    return waiting;
  }
}

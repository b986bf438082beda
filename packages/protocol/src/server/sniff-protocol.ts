import type { Socket } from "node:net";
import type { Clock } from "@thrice/core";

/** What speaks on a connection. */
export type HttpVersion = "http1" | "http2";

/**
 * Waits until the first bytes of a connection, at most three, tell its protocol, and calls `found` once with all that was
 * read. A connection that does not bring them within ten seconds, or ends before, is closed.
 *
 * @see RFC 9113 section 3.4: an HTTP/2 connection begins with `PRI`, and no HTTP/1.1 method does
 */
export function sniffProtocol(
  socket: Socket,
  clock: Clock,
  found: (version: HttpVersion, bytes: Buffer) => void,
): void {
  const giveUp = () => socket.destroy();
  const undoTimer = clock.setTimer(silenceMs, giveUp);
  socket.once("close", undoTimer);
  socket.once("end", giveUp);
  let seen: Buffer = Buffer.alloc(0);
  const look = () => {
    const bytes: Buffer | null = socket.read();
    if (bytes !== null) seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
    if (mayStillBePreface(seen)) {
      socket.once("readable", look);
      return;
    }
    undoTimer();
    socket.off("close", undoTimer);
    socket.off("end", giveUp);
    found(seen.subarray(0, preface.length).equals(preface) ? "http2" : "http1", seen);
  };
  look();
}

function mayStillBePreface(seen: Buffer): boolean {
  return seen.length < preface.length && preface.subarray(0, seen.length).equals(seen);
}

const silenceMs = 10_000;
const preface = Buffer.from("PRI");

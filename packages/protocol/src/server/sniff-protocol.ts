import type { Socket } from "node:net";
import type { CancelTimer, Clock } from "@thrice/core";

/** What speaks on a connection. */
export type HttpVersion = "http1" | "http2";

/** Takes a connection whose protocol is known, with all that was read from it. Its socket is flowing. */
export type TakeConnection = (socket: Socket, version: HttpVersion, bytes: Buffer) => void;

/** A connection that has not said enough. */
interface Silence {
  readonly dueMs: number;
  seen: Buffer;
}

/**
 * Waits until the first bytes of a connection, at most three, tell its protocol. A connection that does not bring them
 * within ten seconds, or ends before, is closed.
 *
 * One serves all connections of a server, with the same few functions and one timer: thousands of them may be open.
 *
 * @see RFC 9113 section 3.4: an HTTP/2 connection begins with `PRI`, and no HTTP/1.1 method does
 */
export class ProtocolSniffer {
  readonly #clock: Clock;
  readonly #take: TakeConnection;
  /** As all wait for the same time, the first is due first. */
  readonly #silent = new Map<Socket, Silence>();
  #undoTimer: CancelTimer | undefined;
  readonly #onData: (this: Socket, bytes: Buffer) => void;
  readonly #onEnd: (this: Socket) => void;
  readonly #onClose: (this: Socket) => void;

  constructor(clock: Clock, take: TakeConnection) {
    this.#clock = clock;
    this.#take = take;
    const sniffer = this;
    this.#onData = function (bytes) {
      sniffer.#look(this, bytes);
    };
    this.#onEnd = function () {
      this.destroy();
    };
    this.#onClose = function () {
      sniffer.#forget(this);
    };
  }

  /** Takes a connection that nothing has been read from. */
  sniff(socket: Socket): void {
    this.#silent.set(socket, { dueMs: this.#clock.nowMs() + silenceMs, seen: nothing });
    if (this.#undoTimer === undefined) this.#arm(silenceMs);
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
  }

  #look(socket: Socket, bytes: Buffer): void {
    const silence = this.#silent.get(socket);
    if (silence === undefined) return;
    const seen = silence.seen.length === 0 ? bytes : Buffer.concat([silence.seen, bytes]);
    if (mayStillBePreface(seen)) {
      silence.seen = seen;
      return;
    }
    this.#forget(socket);
    this.#take(socket, startsWithPreface(seen) ? "http2" : "http1", seen);
  }

  #forget(socket: Socket): void {
    this.#silent.delete(socket);
    socket.off("data", this.#onData);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    if (this.#silent.size > 0) return;
    this.#undoTimer?.();
    this.#undoTimer = undefined;
  }

  #arm(delayMs: number): void {
    this.#undoTimer = this.#clock.setTimer(Math.max(0, delayMs), () => this.#giveUp());
  }

  #giveUp(): void {
    this.#undoTimer = undefined;
    const nowMs = this.#clock.nowMs();
    for (const [socket, { dueMs }] of this.#silent) {
      // Timers may fire a fraction early; half a millisecond does not matter here.
      if (dueMs > nowMs + 0.5) {
        this.#arm(dueMs - nowMs);
        return;
      }
      this.#forget(socket);
      socket.destroy();
    }
  }
}

function startsWithPreface(seen: Buffer): boolean {
  return seen[0] === preface[0] && seen[1] === preface[1] && seen[2] === preface[2];
}

function mayStillBePreface(seen: Buffer): boolean {
  return seen.length < preface.length && preface.subarray(0, seen.length).equals(seen);
}

const silenceMs = 10_000;
const preface = Buffer.from("PRI");
const nothing = Buffer.alloc(0);

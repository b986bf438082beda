/**
 * Ties a connection to its socket and its deadlines. Nothing thrown in here reaches the socket's emitter.
 */
import type { Duplex } from "node:stream";
import { ErrorCode } from "../error-code.js";
import { type DeadlineKind, Deadlines } from "../limits/deadlines.js";
import type { Connection } from "./connection.js";
import { FrameReceiver } from "./frame-receiver.js";
import { watchBytes, watchEnd } from "./socket-events.js";

/** What sockets have beyond a Duplex. */
interface SocketExtras {
  connecting?: boolean;
  secureConnecting?: boolean;
  encrypted?: boolean;
  setNoDelay?: (noDelay: boolean) => unknown;
}

/** Time from quiet until memory is given back, in milliseconds. */
const restAfterMs = 1_000;

/** Link of one connection. */
export class SocketLink {
  /** Backlog at which output counts as congested, in bytes. */
  readonly maxBacklogBytes: number;
  readonly #socket: Duplex;
  readonly #connection: Connection;
  /** There while bytes are at hand, streams are open, or a frame is not complete. */
  #receiver: FrameReceiver | undefined;
  #hasConnected: boolean;
  /** There while something is waited for. */
  #deadlines: Deadlines | undefined;
  #error: Error | undefined;
  #controlBytes = 0;
  #stuckBytes = 0;
  #isPaused = false;
  #isReading = false;
  #isRestDue = false;
  #waiting: Buffer[] | undefined;

  constructor(socket: Duplex, connection: Connection) {
    this.#socket = socket;
    this.#connection = connection;
    const { options } = connection;
    // Below the socket's own mark a full backlog would not be followed by its drain event.
    this.maxBacklogBytes = Math.max(options.maxOutputBytes, socket.writableHighWaterMark);
    const extras = socket as SocketExtras;
    this.#hasConnected = extras.connecting !== true && extras.secureConnecting !== true;
    if (!this.#hasConnected) {
      socket.once(extras.encrypted ? "secureConnect" : "connect", () => {
        this.#hasConnected = true;
      });
    }
    extras.setNoDelay?.call(socket, true);
  }

  get deadlines(): Deadlines {
    this.#deadlines ??= new Deadlines(this.#connection.options.clock, this);
    return this.#deadlines;
  }

  /** Waits for `kind` no longer, and gives the timer back if that was all. */
  settle(kind: DeadlineKind): void {
    this.#deadlines?.clear(kind);
    this.#deadlines?.disarm();
  }

  /** Drops the deadlines, of which none is left. */
  onNothingDue(): void {
    this.#deadlines = undefined;
  }

  /** Begins to listen. Separate from construction, so that whoever made the connection can finish that first. */
  start(initialBytes: Uint8Array | undefined): void {
    const socket = this.#socket;
    watchEnd(socket, this);
    if (socket.destroyed) {
      this.#connection.lose(socket.errored ?? undefined);
      return;
    }
    if (initialBytes !== undefined) this.receive(asBuffer(initialBytes));
    watchBytes(socket);
  }

  /** Takes note that the byte stream ended, with `error` or the one that came before. */
  receiveEnd(error: Error | undefined): void {
    this.#error ??= error;
    this.#connection.lose(this.#error);
    this.#deadlines?.clearAll(); // of a connection that lingered
    this.#socket.destroy();
  }

  /** Takes note that the socket is closed. */
  receiveClose(): void {
    this.receiveEnd(undefined);
    const { listener } = this.#connection;
    try {
      listener.onSocketClose?.(this.#socket);
    } catch (error) {
      this.#connection.reportThrown(error);
    }
  }

  /**
   * Takes bytes that arrived. A byte stream in memory may bring more while a callback for the last ones is writing: they
   * wait for their turn.
   */
  receive(chunk: Buffer): void {
    if (this.#isReading) {
      this.#waiting ??= [];
      this.#waiting.push(chunk);
      return;
    }
    this.#isReading = true;
    this.#read(chunk);
    while (this.#waiting !== undefined) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      for (const next of waiting) this.#read(next);
    }
    this.#isReading = false;
    if (this.#connection.streams.size === 0) this.#connection.noteRest();
  }

  /** Whether any byte from place `at` of the output on can have reached the peer. */
  hasSent(at: number): boolean {
    return this.#hasConnected && at < this.#connection.out.handedOverBytes;
  }

  /** Notes control frames that the peer provoked; a peer that provokes and does not read is let go. */
  noteControlBytes(bytes: number): void {
    if (this.#connection.out.backlogBytes < bytes * 2) this.#controlBytes = 0;
    this.#controlBytes += bytes;
    if (this.#controlBytes <= this.#connection.options.maxQueuedControlBytes) return;
    this.#controlBytes = 0;
    // Much may have gathered within one turn although the peer does read: that is known only after a write.
    this.#connection.out.flush();
    if (this.#socket.writableLength < this.#connection.options.maxQueuedControlBytes) return;
    this.#connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "control frames are not being read");
  }

  /** Called after bytes were handed to the socket. */
  onFlushed(): void {
    if (this.#connection.hasEnded) return;
    if (this.#socket.writableNeedDrain) {
      if (this.deadlines.has("write")) return;
      this.#stuckBytes = this.#socket.writableLength;
      this.deadlines.set("write", this.#connection.options.writeTimeoutMs);
    } else {
      this.#connection.runLine();
    }
  }

  /** Lets what was written go out, drops what arrives, and closes the socket. */
  linger(): void {
    const { out, options } = this.#connection;
    this.#receiver?.stop();
    this.#deadlines?.clearAll();
    this.#resume();
    out.flush();
    out.close();
    this.#socket.end();
    this.deadlines.set("linger", options.closeTimeoutMs);
  }

  /** Lets go of a socket that is of no more use. */
  abandon(): void {
    this.#receiver?.stop();
    this.#deadlines?.clearAll();
    this.#connection.out.close();
    this.#socket.destroy();
  }

  /** Gives memory back while no stream is open. */
  rest(): void {
    if (this.#receiver?.isAtRest && !this.#isReading) this.#receiver = undefined;
    this.#connection.out.trim();
    this.#connection.trimStreams();
  }

  /** Does that in a second. */
  restLater(): void {
    if (this.#isRestDue || this.#connection.hasEnded) return;
    this.#isRestDue = true;
    this.deadlines.set("rest", restAfterMs);
  }

  #read(chunk: Buffer): void {
    const connection = this.#connection;
    if (connection.hasEnded) return;
    this.#receiver ??= new FrameReceiver(connection);
    const receiver = this.#receiver;
    try {
      receiver.read(chunk);
    } catch (error) {
      connection.reportThrown(error);
      connection.end({
        kind: "closed-here",
        code: ErrorCode.INTERNAL_ERROR,
        reason: "internal error",
      });
    }
    if (connection.hasEnded) return;
    if (receiver.isInsideBlock) {
      const { deadlines } = this;
      if (!deadlines.has("header")) deadlines.set("header", connection.options.headerTimeoutMs);
    } else {
      this.#deadlines?.clear("header");
    }
    if (connection.isServer && !this.#isPaused && connection.isCongested) this.#pause();
  }

  /** Takes note that the socket has room again. */
  receiveDrain(): void {
    this.#deadlines?.clear("write");
    this.#controlBytes = 0;
    this.#resume();
    if (!this.#connection.hasEnded) this.#connection.runLine();
  }

  /** A server reads nothing more while its answers are not being read, for every request may add to them. */
  #pause(): void {
    this.#connection.out.flush();
    if (!this.#socket.writableNeedDrain) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  onDue(kind: DeadlineKind): void {
    const connection = this.#connection;
    switch (kind) {
      case "preface":
        connection.fail(ErrorCode.SETTINGS_TIMEOUT, "no SETTINGS in time");
        return;
      case "settings":
        connection.fail(ErrorCode.SETTINGS_TIMEOUT, "SETTINGS not acknowledged in time");
        return;
      case "header":
        connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "a frame or header block took too long");
        return;
      case "idle":
        if (connection.streams.size === 0) {
          connection.end({ kind: "closed-here", code: ErrorCode.NO_ERROR, reason: "idle" });
        }
        return;
      case "write":
        this.#onWriteDue();
        return;
      case "window":
        this.#onWindowDue();
        return;
      case "rest":
        this.#isRestDue = false;
        if (connection.streams.size === 0) this.rest();
        return;
      case "goaway":
        connection.role.onGoawayDue(connection);
        return;
      case "linger":
        this.#socket.destroy();
    }
  }

  #onWriteDue(): void {
    const left = this.#socket.writableLength;
    if (left === 0) return;
    if (left < this.#stuckBytes) {
      this.#stuckBytes = left;
      this.deadlines.set("write", this.#connection.options.writeTimeoutMs);
      return;
    }
    const reason = "the peer does not read";
    this.#connection.end({ kind: "peer-violation", code: ErrorCode.ENHANCE_YOUR_CALM, reason });
    this.#socket.destroy();
  }

  #onWindowDue(): void {
    const { options, streams } = this.#connection;
    const nowMs = options.clock.nowMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const stream of streams.values()) {
      if (stream.queue === undefined) continue;
      const dueMs = stream.progressAtMs + options.windowTimeoutMs;
      if (dueMs <= nowMs + 0.5) {
        stream.resetBecause(ErrorCode.ENHANCE_YOUR_CALM, "the peer opened no window in time");
      } else {
        earliestMs = Math.min(earliestMs, dueMs);
      }
    }
    if (earliestMs < Number.POSITIVE_INFINITY) this.deadlines.set("window", earliestMs - nowMs);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

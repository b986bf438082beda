/** One HTTP/2 connection to a peer, with what a failed stream needs to know about it. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";
import { connect as connectSocket } from "node:net";
import { Code } from "@connectrpc/connect";
import { type Clock, formatAddress } from "@thrice/core";
import { WireError } from "./wire-error.js";

/** Where to connect, and for how long to try. */
export interface Http2SessionOptions {
  /** Name or IP address, without brackets. */
  readonly host: string;
  /** TCP port, 1 to 65 535. */
  readonly port: number;
  /** Bound of opening the connection, in milliseconds, up to the peer's SETTINGS. */
  readonly connectTimeoutMs: number;
  /** Measures `connectTimeoutMs`. */
  readonly clock: Clock;
}

/** Shape: connecting → open → going away (after a GOAWAY, which may be left out) → down, and not back. */
export class Http2Session {
  /** `host:port`. */
  readonly peer: string;
  /**
   * Settles when the connection is open or has failed. It is open when the peer's SETTINGS are in, so a peer that
   * accepts and hangs up, or speaks another protocol, has provably seen no request. Rejects with a `WireError` of
   * outcome `connect-failed`, or `rejected` after `close()`.
   */
  readonly ready: Promise<void>;
  /** The last stream that the peer's GOAWAY promised to serve, once one came. */
  lastStreamId: number | undefined;
  /** What the session or its socket reported. */
  cause: Error | undefined;
  /** Whether `close()` was called. */
  closedHere = false;
  readonly #h2: ClientHttp2Session;
  #openStreams = 0;

  /** Starts to connect. */
  constructor({ host, port, connectTimeoutMs, clock }: Http2SessionOptions) {
    this.peer = formatAddress({ host, port });
    // The URL is not used: not every host that can be connected to can stand in one.
    this.#h2 = connect("http://localhost", {
      createConnection: () => connectSocket({ host, port, noDelay: true }),
      settings,
      maxSessionMemory: Number.MAX_SAFE_INTEGER, // flow control bounds what is held
    });
    this.#h2.on("goaway", (_code, lastStreamId) => {
      this.lastStreamId = lastStreamId;
    });
    this.#h2.on("error", (error) => {
      this.cause ??= error;
    });
    this.ready = this.#open(connectTimeoutMs, clock);
    this.ready.catch(() => {}); // whoever waits is told; nobody needs to
  }

  /** Whether new requests may be sent, or wait for `ready`. */
  get usable(): boolean {
    return !this.#h2.closed && !this.#h2.destroyed && this.lastStreamId === undefined;
  }

  /** Whether nothing can arrive any more. */
  get down(): boolean {
    return this.#h2.destroyed;
  }

  /**
   * Opens a stream. The process stays alive while one is open.
   *
   * @throws Error if the session is not usable, or `header` holds what HTTP/2 does not allow.
   */
  request(header: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#h2.request({ ...header, ":authority": this.peer });
    if (this.#openStreams++ === 0) this.#h2.ref();
    stream.once("close", () => {
      if (--this.#openStreams === 0) this.#h2.unref();
    });
    return stream;
  }

  /** Runs `forget` once the connection is closed. */
  onceDown(forget: () => void): void {
    this.#h2.once("close", forget);
  }

  /** Breaks the connection and the streams on it. Resolves when it is closed. */
  close(): Promise<void> {
    this.closedHere = true;
    return new Promise((resolve) => {
      this.#h2.once("close", resolve);
      this.#h2.destroy();
    });
  }

  #open(connectTimeoutMs: number, clock: Clock): Promise<void> {
    const h2 = this.#h2;
    return new Promise((resolve, reject) => {
      const undoTimer = clock.setTimer(connectTimeoutMs, () => {
        this.cause ??= new Error(`no answer within connectTimeoutMs ${connectTimeoutMs}`);
        h2.destroy();
      });
      const onClose = () => {
        undoTimer();
        reject(this.#openError());
      };
      h2.once("close", onClose);
      h2.once("remoteSettings", () => {
        if (h2.destroyed) return; // what came right behind the SETTINGS broke the connection
        undoTimer();
        h2.off("close", onClose);
        h2.setLocalWindowSize(connectionWindowBytes);
        if (this.#openStreams === 0) h2.unref();
        resolve();
      });
    });
  }

  #openError(): WireError {
    if (this.closedHere) return channelClosed();
    const text = `cannot connect to ${this.peer}: ${describe(this.cause)}`;
    return new WireError("connect-failed", Code.Unavailable, text, this.cause);
  }
}

/** Says that a request was not sent, since the channel was closed. */
export function channelClosed(): WireError {
  return new WireError("rejected", Code.Unavailable, "the channel is closed");
}

/** An error that stands for several, one per address of a name, has no message of its own. */
function describe(cause: (Error & { code?: string }) | undefined): string {
  if (cause === undefined) return "the peer closed the connection";
  return cause.message || cause.code || cause.name;
}

/** Lets a peer send 1 MiB per stream, and 16 MiB in all, before it has to wait for us. */
const settings = { enablePush: false, initialWindowSize: 1024 * 1024 };
const connectionWindowBytes = 16 * 1024 * 1024;

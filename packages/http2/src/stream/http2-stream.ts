import type { PreparedHeaders } from "../hpack/prepared-headers.js";

/**
 * One request and its response, from the side that writes. What arrives goes to the stream's sink.
 *
 * Once the stream has ended every method does nothing and `sendData` answers `false`, so a caller need not watch for it.
 */
export interface Http2Stream {
  /** Identifier on the wire. */
  readonly id: number;
  /** Whether {@link StreamSink.onEnd} has been called. */
  readonly hasEnded: boolean;
  /** Bytes given to `sendData` that wait for a window or the socket. */
  readonly bufferedBytes: number;
  /**
   * Sends content: `head`, if given, and then `bytes`, as one piece. `head` is copied at once and may be reused; `bytes`
   * must not change any more.
   *
   * @returns whether to go on: `false` once more than `sendBufferBytes` wait; `onWritable` tells when they are gone. What
   * was given is sent in either case.
   * @throws Error if called before the response headers (server) or after the end was sent.
   */
  sendData(bytes: Uint8Array, endStream: boolean, head?: Uint8Array): boolean;
  /**
   * Sends fields after the content and ends this side. Waits for content that is held back.
   *
   * @throws TypeError if a field is not allowed; Error as `sendData`.
   */
  sendTrailers(trailers: PreparedHeaders, extra?: readonly string[]): void;
  /** Ends the stream at once in both directions with RST_STREAM; `onEnd` is called before this returns. */
  reset(code: number): void;
  /** Allows the peer `bytes` more, after that many were taken from a sink with manual credit. */
  addCredit(bytes: number): void;
}

/** The stream of a request that was sent. */
export interface ClientStream extends Http2Stream {}

/** The stream of a request that was received. */
export interface ServerStream extends Http2Stream {
  /**
   * Sends the response's headers.
   *
   * @throws TypeError if a field is not allowed; Error if they were sent before.
   */
  respond(headers: PreparedHeaders, extra: readonly string[], endStream: boolean): void;
  /** Sends a 1xx response; the final one has yet to come. */
  sendInformational(headers: PreparedHeaders, extra?: readonly string[]): void;
}

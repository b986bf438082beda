import type { Duplex } from "node:stream";
import type { StreamEnd } from "../stream-end.js";

/** How a connection ended. */
export type ConnectionEnd =
  /** This side closed it. */
  | { readonly kind: "closed-here"; readonly code: number; readonly reason: string }
  /** It closed after a GOAWAY of the peer. */
  | { readonly kind: "goaway"; readonly code: number; readonly debug: string }
  /** The byte stream ended or failed. */
  | { readonly kind: "lost"; readonly error?: Error }
  /** The peer broke a rule or a limit, and was told so with `code`. */
  | { readonly kind: "peer-violation"; readonly code: number; readonly reason: string };

/** Settings of the peer that others than the connection may care about. */
export interface PeerSettings {
  /** Streams that the peer lets us open at once. */
  readonly maxConcurrentStreams: number;
  /** Window of a new stream towards the peer, in bytes. */
  readonly initialWindowBytes: number;
  /** Largest frame that the peer takes, in bytes. */
  readonly maxFrameBytes: number;
  /** Largest header list that the peer says it takes, in bytes; `Infinity` if it does not say. */
  readonly maxHeaderListBytes: number;
}

/** Receives what happens to a connection as a whole. What its methods throw goes to {@link ConnectionListener.onThrown}. */
export interface ConnectionListener {
  /** The peer's settings arrived or changed. */
  onSettings?(settings: PeerSettings): void;
  /** The peer will take no more streams above `lastStreamId`. */
  onGoaway?(code: number, lastStreamId: number, debug: string): void;
  /** The connection is over; all streams ended before. Called exactly once. */
  onClose?(end: ConnectionEnd): void;
  /**
   * The socket handed in is closed; after `onClose`. A listener of many connections may rely on this instead of adding a
   * `close` listener to each socket.
   */
  onSocketClose?(socket: Duplex): void;
  /** A callback of a sink or of this listener threw; a mistake in the code above, not in what came from the peer. */
  onThrown?(error: unknown): void;
}

/** End of the streams that a connection takes with it, unless they are better off by themselves. @internal */
export function streamEndOf(end: ConnectionEnd, sent: boolean): StreamEnd {
  switch (end.kind) {
    case "lost":
      return { kind: "connection-lost", sent, ...(end.error ? { error: end.error } : {}) };
    case "peer-violation":
      return { kind: "peer-violation", scope: "connection", code: end.code, reason: end.reason };
    default:
      return end;
  }
}

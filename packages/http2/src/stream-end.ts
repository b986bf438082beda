/**
 * How a stream ended, told apart so that a caller knows whether the peer can have acted on it. A stream ends exactly once.
 */
export type StreamEnd =
  /** Both sides sent all they had to. */
  | { readonly kind: "completed" }
  /** The peer sent RST_STREAM with `code`; `REFUSED_STREAM` proves that it did nothing. */
  | { readonly kind: "reset-by-peer"; readonly code: number }
  /** The peer's GOAWAY names a last stream below this one: it did nothing and never will. */
  | { readonly kind: "unprocessed"; readonly code: number; readonly debug: string }
  /** The connection ended after a GOAWAY of the peer that may include this stream. */
  | { readonly kind: "goaway"; readonly code: number; readonly debug: string }
  /** The connection was lost; unless `sent`, no byte of this stream can have reached the peer. */
  | { readonly kind: "connection-lost"; readonly sent: boolean; readonly error?: Error }
  /** The stream never began: the connection was closing, closed or full. No byte was sent. */
  | { readonly kind: "not-started"; readonly reason: "closing" | "closed" | "stream-limit" }
  /** This side ended it with `code`, by a reset or by closing the connection; `error` is what a callback threw. */
  | {
      readonly kind: "closed-here";
      readonly code: number;
      readonly reason: string;
      readonly error?: unknown;
    }
  /** The peer broke a rule of the protocol; this side answered with `code` for the stream or the whole connection. */
  | {
      readonly kind: "peer-violation";
      readonly scope: "stream" | "connection";
      readonly code: number;
      readonly reason: string;
    };

/** The end of every stream that went well; one object, since it says nothing else. @internal */
export const completed: StreamEnd = Object.freeze({ kind: "completed" });

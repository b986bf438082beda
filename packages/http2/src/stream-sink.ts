import type { HeaderList } from "./hpack/header-list.js";
import type { StreamEnd } from "./stream-end.js";

/**
 * Receives what happens on one stream. One object per stream, usually the call itself.
 *
 * Methods are called from within socket events, in the order things arrive, and never after {@link StreamSink.onEnd}.
 * What a method throws ends its stream with INTERNAL_ERROR and nothing else.
 */
export interface StreamSink {
  /**
   * Who gives the peer credit for received bytes: the connection, as soon as {@link StreamSink.onData} returns, or the
   * reader with `addCredit`. Read once, when the stream begins. @defaultValue "auto"
   */
  readonly credit?: "auto" | "manual";
  /** Client: the response. A server gets its request when the stream begins. */
  onHeaders?(headers: HeaderList, endStream: boolean): void;
  /** Client: a 1xx response before the final one. */
  onInformational?(headers: HeaderList): void;
  /**
   * Content. `bytes` is a part of the chunk that came from the socket: it may be kept, but keeps the whole chunk alive.
   * Frame borders mean nothing. Empty only if `endStream`.
   */
  onData(bytes: Buffer, endStream: boolean): void;
  /** Fields after the content; the peer sends nothing more. */
  onTrailers?(headers: HeaderList): void;
  /** What `sendData` held back has gone out, after it had answered `false`. */
  onWritable?(): void;
  /** The stream is over. Called exactly once. */
  onEnd(end: StreamEnd): void;
}

/**
 * An HTTP/2 connection that tells its owner about streams, and keeps the process alive while it has some.
 *
 * Hot path: connection-pool.ts says what was measured.
 */
import type { CancelTimer } from "@thrice/core";
import {
  type ClientStream,
  type ConnectionEnd,
  type HeaderList,
  Http2ClientConnection,
  type Http2ClientOptions,
  type PreparedHeaders,
  type StreamEnd,
  type StreamSink,
} from "@thrice/http2";
import type { PoolSocket } from "./dial/network.js";

/** Told what happens to a connection: first the dial that makes it, then the pool. */
export interface ConnectionOwner {
  /** The peer's settings arrived or changed. */
  onSettings(connection: PooledConnection): void;
  /** The connection takes no more requests; those under way go on. */
  onGoaway(connection: PooledConnection, code: number, debug: string): void;
  /** The connection is over. */
  onClose(connection: PooledConnection, end: ConnectionEnd): void;
  /** There may be room for a stream that there was not before. */
  onRoom(connection: PooledConnection): void;
  /** A callback of a sink threw. */
  onThrown(error: unknown): void;
}

/** What an HTTP/2 connection of a pool may be told. */
export type PooledHttp2Options = Omit<Http2ClientOptions, "listener" | "initialBytes">;

/** Connection over a socket that is connected. */
export class PooledConnection extends Http2ClientConnection {
  owner: ConnectionOwner;
  /** Streams begun since the connection opened. */
  streamsBegun = 0;
  openedAtMs = 0;
  /** Undone when the connection is over. */
  watches: readonly CancelTimer[] = [];
  readonly #socket: PoolSocket;
  #reservedStreams = 0;
  #holdsProcess = true;
  #isPinned = false;

  constructor(socket: PoolSocket, options: PooledHttp2Options, owner: ConnectionOwner) {
    super(socket, {
      ...options,
      listener: {
        onSettings: () => this.owner.onSettings(this),
        onGoaway: (code, _lastStreamId, debug) => this.owner.onGoaway(this, code, debug),
        onClose: (end) => {
          for (const undo of this.watches) undo();
          this.owner.onClose(this, end);
        },
        onThrown: (error) => this.owner.onThrown(error),
      },
    });
    this.#socket = socket;
    this.owner = owner;
  }

  /** Whether a request may be started now. */
  get hasRoom(): boolean {
    return this.availableStreams > this.#reservedStreams;
  }

  /** Streams that the peer allows at once. */
  get streamLimit(): number {
    return this.activeStreams + this.availableStreams;
  }

  /** Bytes received so far. */
  get receivedBytes(): number {
    return this.#socket.bytesRead;
  }

  /** Keeps room for a stream that begins before the turn of the event loop is over. */
  reserve(): void {
    if (this.#reservedStreams++ > 0) return;
    setImmediate(() => {
      this.#reservedStreams = 0;
      this.owner.onRoom(this);
    });
  }

  override request(
    headers: PreparedHeaders,
    extra: readonly string[],
    sink: StreamSink,
    endStream: boolean,
  ): ClientStream {
    const stream = super.request(headers, extra, new WatchedSink(sink, this), endStream);
    this.streamsBegun++;
    if (this.#reservedStreams > 0) this.#reservedStreams--;
    if (!this.#holdsProcess && stream.id !== 0) {
      this.#holdsProcess = true;
      this.#socket.ref();
    }
    return stream;
  }

  /** Called when a stream is over. @internal */
  streamEnded(): void {
    this.settle();
    this.owner.onRoom(this);
  }

  /** Lets the process end if no stream is open. */
  settle(): void {
    if (!this.#holdsProcess || this.#isPinned || this.activeStreams > 0) return;
    this.#holdsProcess = false;
    this.#socket.unref();
  }

  /** Keeps the process alive until the socket is closed, for somebody waits for that. */
  pin(): void {
    this.#isPinned = true;
    this.#holdsProcess = true;
    this.#socket.ref();
  }

  /** Breaks the connection off; its streams end as lost. */
  lose(error: Error): void {
    this.#socket.destroy(error);
  }
}

/** Passes on what happens on a stream, and tells the connection when it is over. */
class WatchedSink implements StreamSink {
  readonly credit: "auto" | "manual";
  readonly #sink: StreamSink;
  readonly #connection: PooledConnection;

  constructor(sink: StreamSink, connection: PooledConnection) {
    this.credit = sink.credit ?? "auto";
    this.#sink = sink;
    this.#connection = connection;
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    this.#sink.onHeaders?.(headers, endStream);
  }

  onInformational(headers: HeaderList): void {
    this.#sink.onInformational?.(headers);
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.#sink.onData(bytes, endStream);
  }

  onTrailers(headers: HeaderList): void {
    this.#sink.onTrailers?.(headers);
  }

  onWritable(): void {
    this.#sink.onWritable?.();
  }

  onEnd(end: StreamEnd): void {
    try {
      this.#sink.onEnd(end);
    } finally {
      this.#connection.streamEnded();
    }
  }
}

/** The side that answers requests. */
import type { Duplex } from "node:stream";
import { Connection } from "./connection/connection.js";
import type { ConnectionListener } from "./connection/connection-listener.js";
import type { ConnectionRole } from "./connection/connection-role.js";
import { sendOpening } from "./connection/opening.js";
import type { PingCallback } from "./connection/pings.js";
import { ErrorCode } from "./error-code.js";
import { max31Bits } from "./frames/frame-type.js";
import { fieldMark } from "./hpack/header-field.js";
import type { HeaderList } from "./hpack/header-list.js";
import { type Http2Options, resolveHttp2Options } from "./http2-options.js";
import { ActiveStream } from "./stream/active-stream.js";
import type { ServerStream } from "./stream/http2-stream.js";
import type { StreamSink } from "./stream-sink.js";

/** What a server is told besides what every connection is. */
export interface ServerListener extends ConnectionListener {
  /**
   * A request has begun. Returns who takes what follows on its stream; without one the stream is refused with
   * REFUSED_STREAM. `endStream` means that the request has no content.
   */
  onStream(stream: ServerStream, headers: HeaderList, endStream: boolean): StreamSink | undefined;
}

/** What a {@link Http2ServerConnection} is made with. */
export interface Http2ServerOptions extends Http2Options {
  /** Takes the requests. */
  listener: ServerListener;
}

/** Server over a socket whose client speaks HTTP/2. The socket belongs to the connection, which closes it. */
export class Http2ServerConnection {
  readonly #connection: Connection;

  /** `initialBytes` lets connections share their options. @throws RangeError if an option is out of range. */
  constructor(
    socket: Duplex,
    options: Http2ServerOptions,
    initialBytes: Uint8Array | undefined = options.initialBytes,
  ) {
    const resolved = resolveHttp2Options(options);
    this.#connection = new Connection(socket, serverRole, resolved, options.listener);
    sendOpening(this.#connection);
    this.#connection.link.start(initialBytes);
  }

  /** Whether new requests are taken. */
  get isOpen(): boolean {
    return !this.#connection.isClosing;
  }

  /** Requests under way. */
  get activeStreams(): number {
    return this.#connection.streams.size;
  }

  /** Who takes the requests under way, oldest first. */
  get sinks(): StreamSink[] {
    return this.#connection.streams.values().map(({ sink }) => sink);
  }

  /** Sends a PING and calls back when it is answered or the connection ends. */
  ping(callback: PingCallback): void {
    this.#connection.pings.send(callback);
  }

  /**
   * Closes without losing a request: says GOAWAY, takes what the client sent before it heard of it, says GOAWAY with the
   * last stream taken, and closes once the requests under way have ended.
   *
   * @see RFC 9113 section 6.8
   */
  close(): void {
    const connection = this.#connection;
    if (connection.isClosing || connection.link.deadlines.has("goaway")) return;
    connection.writeGoaway(max31Bits, ErrorCode.NO_ERROR, "");
    connection.link.deadlines.set("goaway", connection.options.closeTimeoutMs);
    connection.pings.send(() => serverRole.onGoawayDue(connection));
  }

  /**
   * As `close()`, but waits for nothing that is on its way: what the client sends from now on is refused. For a server that
   * has no more time.
   */
  closeNow(): void {
    this.close();
    serverRole.onGoawayDue(this.#connection);
  }

  /** Closes now. Requests under way end as `closed-here`. */
  destroy(code: number = ErrorCode.CANCEL, reason = "destroyed"): void {
    this.#connection.end({ kind: "closed-here", code, reason });
  }
}

const nobody: StreamSink = { onData: () => undefined, onEnd: () => undefined };

/** What a server does with header lists and GOAWAY. */
const serverRole: ConnectionRole = {
  isServer: true,

  onGoawayDue(connection) {
    if (connection.isClosing) return;
    connection.link.settle("goaway");
    connection.writeGoaway(connection.lastPeerStreamId, ErrorCode.NO_ERROR, "");
    connection.close();
  },

  receiveList(connection, streamId, headers, endStream) {
    if ((streamId & 1) === 1 && streamId > connection.lastPeerStreamId) {
      open(connection, streamId, headers, endStream);
      return;
    }
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      connection.receiveStray(streamId);
      return;
    }
    if (stream.remoteEnded) {
      connection.failStream(streamId, ErrorCode.STREAM_CLOSED, "HEADERS after the end");
      return;
    }
    if (!endStream || (headers.marks & (fieldMark.anyPseudo | fieldMark.malformed)) !== 0) {
      connection.failStream(streamId, ErrorCode.PROTOCOL_ERROR, "malformed trailers");
      return;
    }
    if (headers.sizeBytes > connection.options.maxHeaderListBytes) {
      connection.failStream(streamId, ErrorCode.ENHANCE_YOUR_CALM, "trailers too large");
      return;
    }
    stream.receiveTrailers(headers);
  },

  /** A client closes what it opened; its last stream speaks of ours, and there are none. */
  receiveGoaway: (connection) => connection.close(),
};

function open(
  connection: Connection,
  streamId: number,
  headers: HeaderList,
  endStream: boolean,
): void {
  if (connection.isClosing) {
    // Streams above the last one that our GOAWAY named are not answered at all.
    connection.resets.add(streamId);
    return;
  }
  connection.lastPeerStreamId = streamId;
  if (connection.streams.size >= connection.options.maxConcurrentStreams) {
    refuse(connection, streamId);
    return;
  }
  if (headers.sizeBytes > connection.options.maxHeaderListBytes) {
    connection.failStream(streamId, ErrorCode.ENHANCE_YOUR_CALM, "header list too large");
    return;
  }
  if (!isRequest(headers.marks, headers)) {
    connection.failStream(streamId, ErrorCode.PROTOCOL_ERROR, "malformed request");
    return;
  }
  const stream = new ActiveStream(connection, streamId, nobody, true);
  stream.remoteEnded = endStream;
  if (!endStream) stream.noteExpected(headers);
  connection.addStream(stream);
  const sink = handOver(stream, headers, endStream);
  if (sink === undefined) return;
  stream.sink = sink;
  stream.hasManualCredit = sink.credit === "manual";
  // It may have answered, or been cut off, before there was a sink to tell.
  if (stream.end !== undefined) stream.tellEnd(stream.end);
}

function handOver(
  stream: ActiveStream,
  headers: HeaderList,
  endStream: boolean,
): StreamSink | undefined {
  const { connection } = stream;
  try {
    const listener = connection.listener as ServerListener;
    const sink = listener.onStream(stream, headers, endStream);
    if (sink === undefined) stream.resetBecause(ErrorCode.REFUSED_STREAM, "refused");
    return sink;
  } catch (error) {
    connection.reportThrown(error);
    stream.resetBecause(ErrorCode.INTERNAL_ERROR, "the listener threw", error);
    return undefined;
  }
}

/** A client that knows our limit and goes beyond it breaks a rule; one that cannot know it yet does not. */
function refuse(connection: Connection, streamId: number): void {
  if (connection.hasPeerAcknowledged) {
    connection.failStream(streamId, ErrorCode.REFUSED_STREAM, "too many streams");
  } else {
    connection.writeReset(streamId, ErrorCode.REFUSED_STREAM);
  }
}

/** Whether the pseudo-header fields are those of a request. @see RFC 9113 sections 8.3.1 and 8.5 */
function isRequest(marks: number, headers: HeaderList): boolean {
  const pseudo = marks & (fieldMark.anyPseudo | fieldMark.malformed) & ~fieldMark.authority;
  if (pseudo === (fieldMark.method | fieldMark.scheme | fieldMark.path)) return true;
  return (
    pseudo === fieldMark.method &&
    (marks & fieldMark.authority) !== 0 &&
    headers.get(":method") === "CONNECT"
  );
}

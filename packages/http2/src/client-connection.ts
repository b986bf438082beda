/** The side that sends requests. */
import type { Duplex } from "node:stream";
import { Connection } from "./connection/connection.js";
import type { ConnectionListener } from "./connection/connection-listener.js";
import type { ConnectionRole } from "./connection/connection-role.js";
import { sendOpening } from "./connection/opening.js";
import type { PingCallback } from "./connection/pings.js";
import { ErrorCode } from "./error-code.js";
import { max31Bits } from "./frames/frame-type.js";
import { fieldMark } from "./hpack/header-field.js";
import type { PreparedHeaders } from "./hpack/prepared-headers.js";
import { type Http2Options, resolveHttp2Options } from "./http2-options.js";
import { ActiveStream } from "./stream/active-stream.js";
import type { ClientStream } from "./stream/http2-stream.js";
import type { StreamEnd } from "./stream-end.js";
import type { StreamSink } from "./stream-sink.js";

/** What a {@link Http2ClientConnection} is made with. */
export interface Http2ClientOptions extends Http2Options {
  /** Told what happens to the connection as a whole. */
  listener?: ConnectionListener;
}

/**
 * Client over a socket that speaks HTTP/2: by prior knowledge, or because ALPN chose `h2`. The socket may still be
 * connecting. It belongs to the connection from now on, which closes it.
 */
export class Http2ClientConnection {
  readonly #connection: Connection;

  /** @throws RangeError if an option is out of range. */
  constructor(socket: Duplex, options: Http2ClientOptions = {}) {
    const resolved = resolveHttp2Options(options);
    this.#connection = new Connection(socket, clientRole, resolved, options.listener ?? nobody);
    sendOpening(this.#connection);
    this.#connection.link.start(options.initialBytes);
  }

  /** Whether new requests are taken at all, leaving aside how many. */
  get isOpen(): boolean {
    return !this.#connection.isClosing && this.#connection.lastOwnStreamId < max31Bits;
  }

  /** Requests under way. */
  get activeStreams(): number {
    return this.#connection.streams.size;
  }

  /** Requests that may be started now. */
  get availableStreams(): number {
    if (!this.isOpen) return 0;
    const { peer, options, streams } = this.#connection;
    const limit = Math.min(peer.maxConcurrentStreams, options.maxConcurrentStreams);
    return Math.max(0, limit - streams.size);
  }

  /**
   * Starts a request: `headers`, then `extra`, which varies from request to request.
   *
   * If the connection takes no more, nothing is sent and `sink.onEnd` gets `not-started`, after this has returned. No
   * method of `sink` is called before this returns.
   *
   * @throws TypeError if a field of `extra` is not allowed.
   */
  request(
    headers: PreparedHeaders,
    extra: readonly string[],
    sink: StreamSink,
    endStream: boolean,
  ): ClientStream {
    const connection = this.#connection;
    if (this.availableStreams === 0) return this.#refuse(sink);
    const id = connection.lastOwnStreamId === 0 ? 1 : connection.lastOwnStreamId + 2;
    const stream = new ActiveStream(connection, id, sink, false);
    stream.hasManualCredit = sink.credit === "manual";
    stream.firstByteAt = connection.out.appendedBytes;
    connection.writeHeaders(id, headers, extra, endStream);
    connection.lastOwnStreamId = id;
    connection.addStream(stream);
    stream.localEnded = endStream;
    return stream;
  }

  /** Sends a PING and calls back when it is answered or the connection ends. */
  ping(callback: PingCallback): void {
    this.#connection.pings.send(callback);
  }

  /** Starts no more requests, and closes once those under way have ended. */
  close(): void {
    this.#connection.close();
  }

  /** Closes now. Requests under way end as `closed-here`. */
  destroy(code: number = ErrorCode.CANCEL, reason = "destroyed"): void {
    this.#connection.end({ kind: "closed-here", code, reason });
  }

  #refuse(sink: StreamSink): ClientStream {
    const connection = this.#connection;
    const stream = new ActiveStream(connection, 0, sink, false);
    const reason = connection.hasEnded ? "closed" : this.isOpen ? "stream-limit" : "closing";
    const end: StreamEnd = { kind: "not-started", reason };
    stream.hasEnded = true;
    queueMicrotask(() => {
      try {
        sink.onEnd(end);
      } catch (error) {
        connection.reportThrown(error);
      }
    });
    return stream;
  }
}

const nobody: ConnectionListener = {};

/** What a client does with header lists and GOAWAY. */
const clientRole: ConnectionRole = {
  isServer: false,

  receiveList(connection, streamId, headers, endStream) {
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      connection.receiveStray(streamId);
      return;
    }
    if (stream.remoteEnded) {
      connection.failStream(streamId, ErrorCode.STREAM_CLOSED, "HEADERS after the end");
      return;
    }
    if (headers.sizeBytes > connection.options.maxHeaderListBytes) {
      connection.failStream(streamId, ErrorCode.ENHANCE_YOUR_CALM, "header list too large");
      return;
    }
    const pseudo = headers.marks & (fieldMark.anyPseudo | fieldMark.malformed);
    if (stream.headersReceived) {
      if (pseudo === 0 && endStream) {
        stream.receiveTrailers(headers);
        return;
      }
    } else if (pseudo === fieldMark.status) {
      const isFinal = (headers.marks & fieldMark.informational) === 0;
      if (isFinal) {
        stream.receiveHeaders(headers, endStream);
        return;
      }
      if (!endStream) {
        stream.receiveInformational(headers);
        return;
      }
    }
    connection.failStream(streamId, ErrorCode.PROTOCOL_ERROR, "malformed response");
  },

  /** Requests above the last stream were not looked at; the others may still be answered. */
  receiveGoaway(connection, lastStreamId, code, debug) {
    for (const stream of connection.streams.values()) {
      if (stream.id > lastStreamId) stream.finish({ kind: "unprocessed", code, debug });
    }
    connection.close();
  },

  onGoawayDue: (connection) => connection.close(),
};

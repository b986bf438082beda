/**
 * One HTTP/2 connection over a byte stream: what client and server have in common, and the state its parts share.
 *
 * Shape: open → closing (no new streams; ends with its last stream) → ended. An ended connection may linger: what is
 * written goes out, what arrives is dropped, until the socket closes or `closeTimeoutMs` is over.
 */
import type { Duplex } from "node:stream";
import { ErrorCode } from "../error-code.js";
import { FrameFlag, FrameType, frameHeaderBytes } from "../frames/frame-type.js";
import {
  fixedFrameBytes,
  headerBlockRoom,
  writeFrameHeader,
  writeGoaway,
  writeHeaderBlock,
  writeRstStream,
  writeWindowUpdate,
} from "../frames/frame-writer.js";
import type { PreparedHeaders } from "../hpack/prepared-headers.js";
import type { ResolvedHttp2Options } from "../http2-options.js";
import type { ActiveStream } from "../stream/active-stream.js";
import {
  type ConnectionEnd,
  type ConnectionListener,
  type PeerSettings,
  streamEndOf,
} from "./connection-listener.js";
import type { ConnectionRole } from "./connection-role.js";
import { DataFrames } from "./data-frames.js";
import { LazyParts } from "./lazy-parts.js";
import { Output } from "./output.js";
import { settingsBeforeFirst } from "./peer-settings.js";
import { SocketLink } from "./socket-link.js";

const closed: ConnectionEnd = { kind: "closed-here", code: ErrorCode.NO_ERROR, reason: "closed" };

/** Connection of either role. */
export class Connection extends LazyParts {
  /** What client and server do differently. */
  readonly role: ConnectionRole;
  readonly options: ResolvedHttp2Options;
  readonly listener: ConnectionListener;
  readonly out: Output;
  readonly link: SocketLink;
  /** What the peer has set; never changed, only replaced. */
  peer: PeerSettings;
  /** The peer's SETTINGS have arrived. */
  hasPeerSettled = false;
  /** The peer has acknowledged our SETTINGS. */
  hasPeerAcknowledged = false;
  /** The peer's last GOAWAY. */
  peerGoaway: { lastStreamId: number; code: number; debug: string } | undefined;
  /** Takes no new streams. */
  isClosing = false;
  hasEnded = false;
  /** Last stream that the peer opened. */
  lastPeerStreamId = 0;
  /** Last stream that this side opened. */
  lastOwnStreamId = 0;
  /** Made when first needed, as an idle connection needs none. */
  #data: DataFrames | undefined;
  #hasSentGoaway = false;

  constructor(
    socket: Duplex,
    role: ConnectionRole,
    options: ResolvedHttp2Options,
    listener: ConnectionListener,
  ) {
    super();
    this.role = role;
    this.options = options;
    this.listener = listener;
    this.peer = settingsBeforeFirst(options);
    this.out = new Output(socket, this);
    this.link = new SocketLink(socket, this);
  }

  get isServer(): boolean {
    return this.role.isServer;
  }

  /** Called after bytes were handed to the socket. */
  onFlushed(): void {
    this.link.onFlushed();
    if (this.streams.size === 0) this.noteRest();
  }

  /**
   * Takes note that nothing is going on. Of a connection that has had no stream yet, memory is given back at once: it may
   * be one of thousands. Of others it is when they have been quiet for a while, as making it anew for each call costs time.
   */
  noteRest(): void {
    if (this.lastOwnStreamId + this.lastPeerStreamId === 0) this.link.rest();
    else this.link.restLater();
  }

  /** Whether so much waits for the socket that no DATA may be added. */
  get isCongested(): boolean {
    return this.out.backlogBytes >= this.link.maxBacklogBytes;
  }

  /** Tries to get rid of the backlog at once; `false` if the socket has to drain first. */
  relieve(): boolean {
    this.out.flush();
    return !this.isCongested;
  }

  /** Writes HEADERS, with CONTINUATION if the block is long. @throws TypeError if a field of `extra` is not allowed. */
  writeHeaders(
    streamId: number,
    headers: PreparedHeaders,
    extra: readonly string[],
    endStream: boolean,
  ): void {
    this.guard.noteUseful();
    const { out, encoder } = this;
    const at = out.reserve(frameHeaderBytes + encoder.roomFor(headers, extra));
    const start = at + frameHeaderBytes;
    const end = encoder.encode(out.slab, start, headers, extra);
    const length = end - start;
    if (length <= this.peer.maxFrameBytes) {
      const flags = FrameFlag.END_HEADERS | (endStream ? FrameFlag.END_STREAM : 0);
      writeFrameHeader(out.slab, at, length, FrameType.HEADERS, flags, streamId);
      out.commit(end);
      return;
    }
    const block = Buffer.from(out.slab.subarray(start, end));
    const max = this.peer.maxFrameBytes;
    const from = out.reserve(headerBlockRoom(length, max));
    out.commit(writeHeaderBlock(out.slab, from, streamId, block, endStream, max));
  }

  /** Writes `length` bytes as one DATA frame, or as more of the last one, and takes them from the windows. */
  writeData(
    stream: ActiveStream,
    bytes: Uint8Array,
    head: Uint8Array | undefined,
    length: number,
    endStream: boolean,
  ): void {
    this.guard.noteUseful();
    stream.sendWindow -= length;
    this.line.window -= length;
    this.#data ??= new DataFrames(this.out, this);
    this.#data.write(stream.id, bytes, head, length, endStream);
  }

  writeWindowUpdate(streamId: number, increment: number): void {
    const at = this.out.reserve(fixedFrameBytes);
    this.out.commit(writeWindowUpdate(this.out.slab, at, streamId, increment));
  }

  /** Writes RST_STREAM and remembers it, for frames of the stream may still be on their way. */
  writeReset(streamId: number, code: number): void {
    this.resets.add(streamId);
    const at = this.out.reserve(fixedFrameBytes);
    this.out.commit(writeRstStream(this.out.slab, at, streamId, code));
  }

  writeGoaway(lastStreamId: number, code: number, debug: string): void {
    this.#hasSentGoaway = true;
    const at = this.out.reserve(fixedFrameBytes + debug.length);
    this.out.commit(writeGoaway(this.out.slab, at, lastStreamId, code, debug));
  }

  /** Answers a breach of a stream's rules: RST_STREAM, unless that happens too often. */
  failStream(streamId: number, code: number, reason: string): void {
    if (this.hasEnded) return;
    if (!this.guard.allows("stream errors")) {
      this.fail(ErrorCode.ENHANCE_YOUR_CALM, "too many stream errors");
      return;
    }
    this.writeReset(streamId, code);
    this.link.noteControlBytes(fixedFrameBytes);
    this.streams.get(streamId)?.finish({ kind: "peer-violation", scope: "stream", code, reason });
  }

  /** Answers a breach of the connection's rules: GOAWAY, and the end of everything. */
  fail(code: number, reason: string): void {
    this.end({ kind: "peer-violation", code, reason });
  }

  /** Takes no new streams and ends with the last one. */
  close(): void {
    if (this.hasEnded) return;
    this.isClosing = true;
    if (this.streams.size === 0) this.#endQuietly();
  }

  /** Whether neither side has opened `streamId`. */
  isIdle(streamId: number): boolean {
    const isOwn = (streamId & 1) === (this.isServer ? 0 : 1);
    if (streamId <= (isOwn ? this.lastOwnStreamId : this.lastPeerStreamId)) return false;
    return !this.mayBeReset(streamId);
  }

  /** Takes note of a frame for a stream that is not, or no longer, open; late frames of a reset stream are no mistake. */
  receiveStray(streamId: number): void {
    if (this.isIdle(streamId)) {
      this.fail(ErrorCode.PROTOCOL_ERROR, "frame on an idle stream");
    } else if (!this.mayBeReset(streamId)) {
      this.fail(ErrorCode.STREAM_CLOSED, "frame on a closed stream");
    }
  }

  /** Ends the connection for a reason of this side or the peer's, telling the peer. */
  end(end: ConnectionEnd): void {
    if (this.hasEnded) return;
    const isError = end.kind === "peer-violation" || (end.kind === "closed-here" && end.code !== 0);
    if (isError) this.writeGoaway(this.lastPeerStreamId, end.code, end.reason);
    else if (!this.#hasSentGoaway) this.writeGoaway(this.lastPeerStreamId, ErrorCode.NO_ERROR, "");
    this.#finish(end, false);
  }

  /** Takes note that the byte stream is gone. After a GOAWAY that is no surprise. */
  lose(error: Error | undefined): void {
    const goaway = this.peerGoaway;
    if (goaway !== undefined) {
      this.#finish({ kind: "goaway", code: goaway.code, debug: goaway.debug }, true);
    } else {
      this.#finish({ kind: "lost", ...(error === undefined ? {} : { error }) }, true);
    }
  }

  /** Drops a stream that has ended. */
  forget(stream: ActiveStream, isCompleted: boolean): void {
    this.streams.delete(stream.id);
    if (isCompleted) this.guard.noteCompleted();
    if (this.streams.size === 0 && !this.hasEnded) this.noteQuiet();
  }

  /** Takes note that no stream is open. */
  noteQuiet(): void {
    if (this.isClosing) {
      this.#endQuietly();
      return;
    }
    this.noteRest();
    if (this.options.idleTimeoutMs > 0) this.link.deadlines.set("idle", this.options.idleTimeoutMs);
  }

  /** Watches for streams that wait for a window. */
  watchWindows(): void {
    const { deadlines } = this.link;
    if (!deadlines.has("window")) deadlines.set("window", this.options.windowTimeoutMs);
  }

  reportThrown(error: unknown): void {
    try {
      this.listener.onThrown?.(error);
    } catch {
      // A reporter that throws has nobody to report to.
    }
  }

  /** Ends with the last stream; what made it close tells why. */
  #endQuietly(): void {
    const goaway = this.peerGoaway;
    this.end(
      goaway === undefined ? closed : { kind: "goaway", code: goaway.code, debug: goaway.debug },
    );
  }

  #finish(end: ConnectionEnd, isLost: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.isClosing = true;
    if (isLost) this.link.abandon();
    else this.link.linger();
    for (const stream of this.streams.values()) {
      stream.finish(streamEndOf(end, this.link.hasSent(stream.firstByteAt)));
    }
    this.endPings();
    try {
      this.listener.onClose?.(end);
    } catch (error) {
      this.reportThrown(error);
    }
  }
}

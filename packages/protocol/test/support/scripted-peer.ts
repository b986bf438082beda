/** A server that speaks HTTP/2 frame by frame, so that a test can say exactly what goes over the wire. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import {
  dataFrame,
  errorFrame,
  frameTypes,
  goawayFrame,
  headersFrame,
  rawFrame,
} from "./frames.js";

/** One connection, as the script sees it. */
export class PeerConnection {
  readonly socket: Socket;
  /** The streams that have brought a whole request, in their order. */
  readonly requests: number[] = [];
  /** Codes of the resets that came, by stream. */
  readonly resets = new Map<number, number>();
  readonly #onRequest: (streamId: number) => void;
  #unread = Buffer.alloc(0);
  #prefaceSeen = false;

  constructor(socket: Socket, onRequest: (connection: PeerConnection, streamId: number) => void) {
    this.socket = socket;
    this.#onRequest = (streamId) => onRequest(this, streamId);
    socket.on("error", () => {});
    socket.on("data", (bytes) => this.#read(bytes));
  }

  write(...frames: Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Sends a good header, and `bytes` of the answer. */
  beginAnswer(streamId: number, bytes: Uint8Array): void {
    this.write(headersFrame(streamId, goodHeader), dataFrame(streamId, bytes));
  }

  /** Sends a good header and one empty message, and the good status. */
  answer(streamId: number): void {
    this.beginAnswer(streamId, emptyMessage);
    this.write(headersFrame(streamId, { "grpc-status": "0" }, { last: true }));
  }

  /** Sends nothing but a header. */
  answerHeader(streamId: number, header: Record<string, string>): void {
    this.write(headersFrame(streamId, header, { last: true }));
  }

  reset(streamId: number, code: number): void {
    this.write(errorFrame(frameTypes.rstStream, streamId, code));
  }

  goaway(lastStreamId: number, code: number): void {
    this.write(goawayFrame(lastStreamId, code));
  }

  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    if (!this.#prefaceSeen && this.#unread.length >= prefaceBytes) {
      this.#prefaceSeen = true;
      this.#unread = this.#unread.subarray(prefaceBytes);
    }
    while (this.#prefaceSeen && this.#unread.length >= 9) {
      const end = 9 + this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < end) return;
      const frame = this.#unread.subarray(0, end);
      this.#unread = this.#unread.subarray(end);
      this.#take(frame);
    }
  }

  #take(frame: Buffer): void {
    const type = frame.readUInt8(3);
    const flags = frame.readUInt8(4);
    const streamId = frame.readUInt32BE(5);
    if (type === frameTypes.settings && flags === 0) {
      this.write(rawFrame(frameTypes.settings, 1, 0, new Uint8Array()));
    } else if (type === frameTypes.rstStream) {
      this.resets.set(streamId, frame.readUInt32BE(9));
    } else if ((type === frameTypes.data || type === frameTypes.headers) && flags & 1) {
      this.requests.push(streamId);
      this.#onRequest(streamId);
    }
  }
}

/** What a peer does; both parts may be left out. */
export interface PeerScript {
  /** Runs when a connection is accepted; without it the peer sends its SETTINGS. */
  readonly onConnection?: (connection: PeerConnection) => void;
  /** Runs when a request is whole; without it the peer stays silent. */
  readonly onRequest?: (connection: PeerConnection, streamId: number) => void;
}

/** Starts a peer. */
export async function openScriptedPeer({ onConnection = greet, onRequest = () => {} }: PeerScript) {
  const connections: PeerConnection[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new PeerConnection(socket, onRequest);
    connections.push(connection);
    onConnection(connection);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const close = async () => {
    for (const { socket } of connections) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { port, connections, close };
}

/** Sends the SETTINGS that a connection begins with. */
export function greet(connection: PeerConnection): void {
  connection.write(rawFrame(frameTypes.settings, 0, 0, new Uint8Array()));
}

/** Header of an answer that has no fault. */
export const goodHeader = { ":status": "200", "content-type": "application/grpc" };

/** An empty message in its gRPC frame. */
export const emptyMessage = new Uint8Array(5);

const prefaceBytes = 24;

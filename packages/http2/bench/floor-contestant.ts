/**
 * The floor: frames of HTTP/2's shape and size cut by hand, without HPACK, flow control or limits, one write a turn.
 * What is built on JavaScript and sockets cannot be faster by much.
 */
import { connect, createServer, type Socket } from "node:net";
import type { Contestant } from "./contestant.js";

const requestBlock = Buffer.alloc(20, 0x82);
const responseBlock = Buffer.alloc(2, 0x88);
const trailerBlock = Buffer.alloc(1, 0x88);
const prefix = Buffer.alloc(5);

type OnFrame = (type: number, flags: number, id: number, payload: Buffer) => void;

class Wire {
  readonly #socket: Socket;
  readonly #onFrame: OnFrame;
  #rest: Buffer | undefined;
  #out = Buffer.allocUnsafe(65_536);
  #from = 0;
  #at = 0;
  #isScheduled = false;

  constructor(socket: Socket, onFrame: OnFrame) {
    this.#socket = socket.setNoDelay(true);
    this.#onFrame = onFrame;
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => undefined);
  }

  frame(type: number, flags: number, id: number, head: Buffer, body?: Uint8Array): void {
    const length = head.length + (body?.length ?? 0);
    if (this.#out.length - this.#at < length + 9) {
      this.#flush();
      this.#out = Buffer.allocUnsafe(Math.max(65_536, length + 9));
      this.#from = 0;
      this.#at = 0;
    }
    const out = this.#out;
    let at = this.#at;
    out[at++] = length >>> 16;
    out[at++] = length >>> 8;
    out[at++] = length;
    out[at++] = type;
    out[at++] = flags;
    out[at++] = id >>> 24;
    out[at++] = id >>> 16;
    out[at++] = id >>> 8;
    out[at++] = id;
    for (let i = 0; i < head.length; i++) out[at++] = head[i] as number;
    if (body !== undefined) out.set(body, at);
    this.#at = at + (body?.length ?? 0);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  end(): void {
    this.#socket.end();
  }

  #flush(): void {
    if (this.#at > this.#from) this.#socket.write(this.#out.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #read(next: Buffer): void {
    const chunk = this.#rest === undefined ? next : Buffer.concat([this.#rest, next]);
    this.#rest = undefined;
    let at = 0;
    while (chunk.length - at >= 9) {
      const end = at + 9 + chunk.readUIntBE(at, 3);
      if (end > chunk.length) break;
      const id = chunk.readUInt32BE(at + 5);
      this.#onFrame(
        chunk[at + 3] as number,
        chunk[at + 4] as number,
        id,
        chunk.subarray(at + 9, end),
      );
      at = end;
    }
    if (at < chunk.length) this.#rest = chunk.subarray(at);
  }
}

export const floorContestant: Contestant = {
  serve() {
    const server = createServer((socket) => {
      const wire = new Wire(socket, (type, _flags, id, payload) => {
        if (type !== 0) return;
        void Promise.resolve(payload.subarray(5)).then((message) => {
          prefix.writeUInt32BE(message.length, 1);
          wire.frame(1, 4, id, responseBlock);
          wire.frame(0, 0, id, prefix, message);
          wire.frame(1, 5, id, trailerBlock);
        });
      });
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  },
  async connect(port) {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const waiting = new Map<number, { length: number; resolve: (length: number) => void }>();
    const wire = new Wire(socket, (type, flags, id, payload) => {
      const call = waiting.get(id);
      if (call === undefined) return;
      if (type === 0) call.length = payload.length - 5;
      if ((flags & 1) === 0) return;
      waiting.delete(id);
      call.resolve(call.length);
    });
    let id = -1;
    return {
      call: (message) =>
        new Promise((resolve) => {
          id += 2;
          waiting.set(id, { length: 0, resolve });
          wire.frame(1, 4, id, requestBlock);
          prefix.writeUInt32BE(message.length, 1);
          wire.frame(0, 1, id, prefix, message);
        }),
      close: () => wire.end(),
    };
  },
};

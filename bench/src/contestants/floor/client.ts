import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Connect, EchoClient, EchoInit } from "../../contestant.js";
import type { EchoResponse } from "../../gen/echo/echo_pb.js";
import { decodeResponse, encodeRequest } from "../codec.js";
import { MessageReader } from "../message-reader.js";
import { dataFrame, endStreamFlag, FrameReader, FrameWriter, headersFrame } from "./frames.js";
import { downloadHeaders, pingPongHeaders, unaryHeaders, uploadHeaders } from "./methods.js";

export const connect: Connect = async (port, tls) => {
  const socket =
    tls === undefined
      ? createConnection({ port, host: "127.0.0.1" })
      : connectTls({ port, host: "127.0.0.1", ca: tls.cert });
  await once(socket, tls === undefined ? "connect" : "secureConnect");
  return new FloorClient(socket);
};

interface Call {
  readonly reader: MessageReader;
  readonly onEnd: () => void;
}

const noBytes = new Uint8Array(0);

class FloorClient implements EchoClient {
  readonly #writer: FrameWriter;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;

  constructor(socket: Socket) {
    socket.setNoDelay(true);
    this.#writer = new FrameWriter(socket);
    const frames = new FrameReader((type, flags, id, payload) => {
      const call = this.#calls.get(id);
      if (call === undefined) throw new Error(`no call has the id ${id}`);
      if (type === dataFrame) call.reader.push(payload);
      if ((flags & endStreamFlag) === 0) return;
      this.#calls.delete(id);
      call.onEnd();
    });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
  }

  unary(request: EchoInit): Promise<EchoResponse> {
    return new Promise((resolve) => {
      let response: EchoResponse;
      const id = this.#start(
        unaryHeaders,
        (message) => {
          response = message;
        },
        () => resolve(response),
      );
      this.#writer.message(endStreamFlag, id, encodeRequest(request));
    });
  }

  download(request: EchoInit): Promise<number> {
    return new Promise((resolve) => {
      let count = 0;
      const id = this.#start(
        downloadHeaders,
        () => count++,
        () => resolve(count),
      );
      this.#writer.message(endStreamFlag, id, encodeRequest(request));
    });
  }

  upload(request: EchoInit, count: number): Promise<number> {
    return new Promise((resolve) => {
      let read = 0;
      const id = this.#start(
        uploadHeaders,
        (message) => {
          read = message.count;
        },
        () => resolve(read),
      );
      for (let sent = 1; sent < count; sent++) this.#writer.message(0, id, encodeRequest(request));
      this.#writer.message(endStreamFlag, id, encodeRequest(request));
    });
  }

  pingPong(request: EchoInit, rounds: number): Promise<number> {
    return new Promise((resolve) => {
      let count = 0;
      const id = this.#start(
        pingPongHeaders,
        () => {
          if (++count < rounds) this.#writer.message(0, id, encodeRequest(request));
          else this.#writer.frame(dataFrame, endStreamFlag, id, noBytes);
        },
        () => resolve(count),
      );
      this.#writer.message(0, id, encodeRequest(request));
    });
  }

  #start(
    headers: Uint8Array,
    onMessage: (message: EchoResponse) => void,
    onEnd: () => void,
  ): number {
    const id = this.#nextId;
    this.#nextId += 2;
    const reader = new MessageReader((bytes) => onMessage(decodeResponse(bytes)));
    this.#calls.set(id, { reader, onEnd });
    this.#writer.frame(headersFrame, 0, id, headers);
    return id;
  }
}

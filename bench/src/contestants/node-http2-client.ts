import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as open } from "node:http2";
import type { Connect, EchoClient, EchoInit } from "../contestant.js";
import type { EchoResponse } from "../gen/echo/echo_pb.js";
import { decodeResponse, encodeRequest } from "./codec.js";
import { MessageReader, prefixed } from "./message-reader.js";
import { pump } from "./pump.js";

/** One session, opened before the first call. */
export const connect: Connect = async (port, tls) => {
  const session =
    tls === undefined
      ? open(`http://127.0.0.1:${port}`)
      : open(`https://127.0.0.1:${port}`, { ca: tls.cert });
  await once(session, "connect");
  return new NodeHttp2Client(session);
};

class NodeHttp2Client implements EchoClient {
  readonly #session: ClientHttp2Session;

  constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  async unary(request: EchoInit): Promise<EchoResponse> {
    let response: EchoResponse | undefined;
    const stream = this.#start("Unary");
    stream.end(prefixed(encodeRequest(request)));
    await received(stream, (message) => {
      response = message;
    });
    if (response === undefined) throw new Error("the stream ended without an answer");
    return response;
  }

  async download(request: EchoInit): Promise<number> {
    let count = 0;
    const stream = this.#start("Download");
    stream.end(prefixed(encodeRequest(request)));
    await received(stream, () => {
      count++;
    });
    return count;
  }

  async upload(request: EchoInit, count: number): Promise<number> {
    let read = 0;
    const stream = this.#start("Upload");
    pump(
      stream,
      () => prefixed(encodeRequest(request)),
      count,
      () => stream.end(),
    );
    await received(stream, (message) => {
      read = message.count;
    });
    return read;
  }

  async pingPong(request: EchoInit, rounds: number): Promise<number> {
    let count = 0;
    const stream = this.#start("PingPong");
    const serveBall = () => stream.write(prefixed(encodeRequest(request)));
    serveBall();
    await received(stream, () => {
      if (++count < rounds) serveBall();
      else stream.end();
    });
    return count;
  }

  #start(method: string): ClientHttp2Stream {
    return this.#session.request({
      ":method": "POST",
      ":path": `/echo.EchoService/${method}`,
      "content-type": "application/grpc+proto",
      te: "trailers",
    });
  }
}

/** Resolves when the stream has ended well, after trailers that say so. */
function received(
  stream: ClientHttp2Stream,
  onMessage: (message: EchoResponse) => void,
): Promise<void> {
  const reader = new MessageReader((bytes) => onMessage(decodeResponse(bytes)));
  let status: unknown;
  return new Promise((resolve, reject) => {
    stream.on("data", (chunk: Buffer) => reader.push(chunk));
    stream.on("trailers", (trailers) => {
      status = trailers["grpc-status"];
    });
    stream.on("error", reject);
    stream.on("end", () => (status === "0" ? resolve() : reject(new Error(`status ${status}`))));
  });
}

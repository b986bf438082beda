import { createSecureServer, createServer, type ServerHttp2Stream } from "node:http2";
import type { Serve } from "../contestant.js";
import { decodeRequest, encodeResponse } from "./codec.js";
import { listen } from "./listen.js";
import { MessageReader, prefixed } from "./message-reader.js";
import { pump } from "./pump.js";

/** One `stream` listener that knows the four methods by their paths. */
export const serve: Serve = (tls) => {
  const server = tls === undefined ? createServer() : createSecureServer({ ...tls });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => stream.destroy());
    stream.respond(
      { ":status": 200, "content-type": "application/grpc+proto" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    answers[headers[":path"] ?? ""]?.(stream);
  });
  return listen(server);
};

const answers: Record<string, (stream: ServerHttp2Stream) => void> = {
  "/echo.EchoService/Unary": (stream) => {
    receive(stream, (bytes) => stream.end(prefixed(encodeResponse(decodeRequest(bytes).text))));
  },
  "/echo.EchoService/Download": (stream) => {
    receive(stream, (bytes) => {
      const { text, count } = decodeRequest(bytes);
      pump(
        stream,
        () => prefixed(encodeResponse(text)),
        count,
        () => stream.end(),
      );
    });
  },
  "/echo.EchoService/Upload": (stream) => {
    let count = 0;
    receive(stream, (bytes) => {
      decodeRequest(bytes);
      count++;
    });
    stream.on("end", () => stream.end(prefixed(encodeResponse("", count))));
  },
  "/echo.EchoService/PingPong": (stream) => {
    receive(stream, (bytes) => stream.write(prefixed(encodeResponse(decodeRequest(bytes).text))));
    stream.on("end", () => stream.end());
  },
};

function receive(stream: ServerHttp2Stream, onMessage: (bytes: Uint8Array) => void): void {
  const reader = new MessageReader(onMessage);
  stream.on("data", (chunk: Buffer) => reader.push(chunk));
}

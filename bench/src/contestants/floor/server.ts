import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Serve } from "../../contestant.js";
import { decodeRequest, encodeResponse } from "../codec.js";
import { listen } from "../listen.js";
import { MessageReader } from "../message-reader.js";
import { endStreamFlag, FrameReader, FrameWriter, headersFrame } from "./frames.js";
import {
  answerHeaders,
  answerTrailers,
  downloadHeaders,
  pingPongHeaders,
  unaryHeaders,
  uploadHeaders,
} from "./methods.js";

export const serve: Serve = (tls) =>
  listen(tls === undefined ? createServer(answer) : createTlsServer({ ...tls }, answer));

interface Call {
  readonly method: number;
  readonly reader: MessageReader;
  count: number;
}

/** Answers the calls of one connection. */
function answer(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  const writer = new FrameWriter(socket);
  const calls = new Map<number, Call>();
  const frames = new FrameReader((type, flags, id, payload) => {
    if (type === headersFrame) {
      calls.set(id, start(writer, id, payload[0] as number));
      return;
    }
    const call = calls.get(id);
    if (call === undefined) throw new Error(`no call has the id ${id}`);
    if (payload.length > 0) call.reader.push(payload);
    if ((flags & endStreamFlag) === 0) return;
    calls.delete(id);
    if (call.method === uploadHeaders[0]) writer.message(0, id, encodeResponse("", call.count));
    writer.frame(headersFrame, endStreamFlag, id, answerTrailers);
  });
  socket.on("data", (chunk: Buffer) => frames.push(chunk));
}

function start(writer: FrameWriter, id: number, method: number): Call {
  writer.frame(headersFrame, 0, id, answerHeaders);
  const call: Call = {
    method,
    count: 0,
    reader: new MessageReader((bytes) => {
      const { text, count } = decodeRequest(bytes);
      call.count++;
      if (method === unaryHeaders[0] || method === pingPongHeaders[0]) {
        writer.message(0, id, encodeResponse(text));
      } else if (method === downloadHeaders[0]) {
        for (let sent = 0; sent < count; sent++) writer.message(0, id, encodeResponse(text));
      }
    }),
  };
  return call;
}

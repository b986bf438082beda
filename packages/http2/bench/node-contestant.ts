/** Node's own HTTP/2, bare, with the same frames on the wire. */
import { connect, createServer } from "node:http2";
import type { Contestant } from "./contestant.js";

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(message.length + 5);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

export const nodeContestant: Contestant = {
  serve() {
    const server = createServer();
    server.on("stream", (stream) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const message = Buffer.concat(parts).subarray(5);
        stream.respond(
          { ":status": 200, "content-type": "application/grpc+proto" },
          { waitForTrailers: true },
        );
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(framed(message));
      });
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  },
  async connect(port) {
    const session = connect(`http://127.0.0.1:${port}`);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    return {
      call: (message) =>
        new Promise((resolve, reject) => {
          const stream = session.request({
            ":method": "POST",
            ":path": "/bench.Echo/Say",
            te: "trailers",
            "content-type": "application/grpc+proto",
          });
          let bytes = -5;
          stream.on("data", (part: Buffer) => {
            bytes += part.length;
          });
          stream.on("end", () => resolve(bytes));
          stream.on("error", reject);
          stream.end(framed(message));
        }),
      close: () => session.close(),
    };
  },
};

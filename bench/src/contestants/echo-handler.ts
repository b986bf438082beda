import { setTimeout as sleep } from "node:timers/promises";
import type { EchoRequest } from "../gen/echo/echo_pb.js";
import type { EchoServiceHandler } from "../gen/echo/echo_thrice.js";

/** The service as a user of connect-node or of Thrice writes it; both serve this very object. */
export const echoHandler = {
  async unary({ text, delayMs }: EchoRequest) {
    if (delayMs > 0) await sleep(delayMs);
    return { text };
  },

  async *download({ text, count }: EchoRequest) {
    for (let sent = 0; sent < count; sent++) yield { text };
  },

  async upload(requests: AsyncIterable<EchoRequest>) {
    let count = 0;
    for await (const _request of requests) count++;
    return { count };
  },

  async *pingPong(requests: AsyncIterable<EchoRequest>) {
    for await (const { text } of requests) yield { text };
  },
} satisfies EchoServiceHandler;

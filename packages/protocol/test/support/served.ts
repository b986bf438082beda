/** A WireServer with the test service. */
import { connect, type Socket } from "node:net";
import type { ServiceImpl } from "@connectrpc/connect";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { type ServerTls, WireServer } from "../../src/index.js";
import { KindsService, type Note } from "../gen/kinds/kinds_pb.js";
import { note } from "./calls.js";

/** Starts a server on a port of the system's choice; its time is moved by hand. */
export async function openServed(
  implementation: Partial<ServiceImpl<typeof KindsService>> = echo,
  tls?: ServerTls,
) {
  const clock = new FakeClock();
  const logger = memoryLogger();
  const service = { service: KindsService, implementation, maxReceiveBytes: 1024 * 1024 };
  const server = new WireServer({ services: [service], logger, clock, tls });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  const close = async () => {
    const closed = server.close(0);
    await clock.advance(0);
    await closed;
  };
  return { server, port, clock, logger, close };
}

/** Answers with what it gets. */
export const echo = {
  unary: ({ text }: Note) => note(text),
  async *watch({ text }: Note) {
    for (const letter of text) yield note(letter);
  },
  async collect(requests: AsyncIterable<Note>) {
    const texts: string[] = [];
    for await (const { text } of requests) texts.push(text);
    return note(texts.join("+"));
  },
  async *chat(requests: AsyncIterable<Note>) {
    for await (const { text } of requests) yield note(`re: ${text}`);
  },
};

/** Connects a bare socket. All that it receives, and that it was closed, can be waited for. */
export async function openSocket(port: number) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const chunks: Buffer[] = [];
  socket.on("data", (bytes) => chunks.push(bytes));
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return { socket, closed, write: (bytes: string | Uint8Array) => written(socket, bytes) };
}

function written(socket: Socket, bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}

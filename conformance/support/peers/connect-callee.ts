/** Servers whose handlers have the shape of Connect's: ours, and connect-node's. */
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import { KindsService, type Note, NoteSchema } from "../../gen/kinds/kinds_pb.js";
import { script, serve } from "../served.js";
import type { Callee } from "./caller.js";
import { newWaiting, type Waiting } from "./waiting.js";

/** Our server, with its defaults. */
export async function openThriceCallee(): Promise<Callee> {
  const waiting = newWaiting();
  const handler = waitingScript(waiting);
  const served = await serve({ scheme: "http", server: {} }, handler);
  return { ...served, waiting };
}

/** connect-node's server. It compresses what is longer than 1 KiB. */
export async function openConnectNodeCallee(): Promise<Callee> {
  const waiting = newWaiting();
  const handler = waitingScript(waiting);
  const sockets = new Set<Socket>();
  const server = http2.createServer(
    connectNodeAdapter({
      acceptCompression: [compressionGzip],
      routes: (router) => router.service(KindsService, { ...script, ...handler }),
    }),
  );
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, waiting, close };
}

/** `script`, where the text `wait` waits until the caller is gone, and `time` answers with the time that is left. */
function waitingScript(waiting: Waiting) {
  const wait = ({ signal }: HandlerContext) =>
    new Promise<never>((_, reject) => {
      const onGone = waiting.begin();
      const end = () => {
        onGone();
        reject(signal.reason);
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end);
    });
  const heard = async ({ text }: Note, context: HandlerContext): Promise<Note> => {
    if (text === "wait") await wait(context);
    return create(NoteSchema, { text: text === "time" ? `${context.timeoutMs()}` : text });
  };
  async function* hearing(notes: AsyncIterable<Note>, context: HandlerContext) {
    for await (const note of notes) yield heard(note, context);
  }
  return {
    unary: async (note: Note, context: HandlerContext) =>
      script.unary(await heard(note, context), context),
    async *watch(note: Note, context: HandlerContext) {
      yield* script.watch(await heard(note, context), context);
    },
    collect: (notes: AsyncIterable<Note>, context: HandlerContext) =>
      script.collect(hearing(notes, context), context),
    chat: (notes: AsyncIterable<Note>, context: HandlerContext) =>
      script.chat(hearing(notes, context), context),
  };
}

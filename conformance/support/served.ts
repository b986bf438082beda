/** A real server with the test service, for outside programs to call. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { type MemoryLogger, memoryLogger } from "@thrice/core/testing";
import { newServer, type ServerOptions } from "@thrice/server";
import { type Note, NoteSchema } from "../gen/kinds/kinds_pb.js";
import {
  type KindsServiceHandler,
  registerKindsServiceHandler,
} from "../gen/kinds/kinds_thrice.js";
import type { Wire } from "./wires.js";

export interface Served {
  readonly port: number;
  /** Of the test service, without a method. */
  readonly baseUrl: string;
  readonly logger: MemoryLogger;
  /** Requests that reached a handler, by method. */
  readonly counts: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Starts a server on a port of the system's choice. It compresses what is longer than 1 KiB for those who can read it. */
export async function serve(
  wire: Pick<Wire, "scheme" | "server">,
  handler: Partial<KindsServiceHandler> = {},
  options: ServerOptions = {},
): Promise<Served> {
  const logger = memoryLogger();
  const server = newServer({
    ...({ host: "127.0.0.1", port: 0, graceMs: 0, compression: "gzip", logger } as const),
    ...wire.server,
    ...options,
  });
  const counts: Record<string, number> = {};
  registerKindsServiceHandler(server, counting({ ...script, ...handler }, counts));
  await server.serve();
  const port = server.port ?? 0;
  return {
    port,
    baseUrl: `${wire.scheme}://127.0.0.1:${port}/kinds.KindsService`,
    logger,
    counts,
    close: () => server.stop(),
  };
}

/**
 * Answers with the text that came, letter by letter in a stream. The text `fail` fails with code, message, metadata and a
 * detail. The request's header `x-say` comes back as the header `x-said` and the trailer `x-said-last`, `x-say-bin` as
 * `x-said-bin`.
 */
export const script = {
  unary: (note, context) => say(note, context),
  read: (note, context) => say(note, context),
  put: (note, context) => say(note, context),
  async *watch({ text }, context) {
    for (const letter of say({ text }, context).text) yield { text: letter };
  },
  async collect(notes, context) {
    const texts: string[] = [];
    for await (const { text } of notes) texts.push(say({ text }, context).text);
    return { text: texts.join("+") };
  },
  async *chat(notes, context) {
    for await (const note of notes) yield { text: `re: ${say(note, context).text}` };
  },
} satisfies KindsServiceHandler;

/** What the text `fail` fails with. */
export function failure(): ConnectError {
  const detail = { desc: NoteSchema, value: create(NoteSchema, { text: "why" }) };
  return new ConnectError("no 100% ü", Code.NotFound, { "x-m": "3" }, [detail]);
}

function say({ text }: Pick<Note, "text">, context: HandlerContext): { text: string } {
  if (text === "fail") throw failure();
  const said = context.requestHeader.get("x-say");
  if (said !== null) {
    context.responseHeader.set("x-said", said);
    context.responseTrailer.set("x-said-last", said);
  }
  const bytes = context.requestHeader.get("x-say-bin");
  if (bytes !== null) context.responseHeader.set("x-said-bin", bytes);
  return { text };
}

function counting(
  handler: KindsServiceHandler,
  counts: Record<string, number>,
): KindsServiceHandler {
  const counted = Object.entries(handler).map(([name, handle]) => [
    name,
    (request: never, context: HandlerContext) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return (handle as (request: never, context: HandlerContext) => unknown)(request, context);
    },
  ]);
  return Object.fromEntries(counted);
}

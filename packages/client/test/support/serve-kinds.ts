/** A server whose handler a test scripts, and which counts and keeps the requests that reached it. */
import type { HandlerContext } from "@connectrpc/connect";
import { type MemoryLogger, memoryLogger } from "@thrice/core/testing";
import { newServer, type Server, type ServerOptions } from "@thrice/server";
import type { Note } from "../gen/kinds/kinds_pb.js";
import {
  type KindsServiceHandler,
  registerKindsServiceHandler,
} from "../gen/kinds/kinds_thrice.js";

/** What a method answers; left out, each echoes in its own way. */
export type Script = Partial<KindsServiceHandler>;

/** An attempt that reached the handler. */
export interface SeenRequest {
  readonly method: keyof KindsServiceHandler;
  readonly header: Headers;
  readonly context: HandlerContext;
}

export interface ServedKinds extends AsyncDisposable {
  readonly server: Server;
  /** `127.0.0.1:port`, as it stands in errors. */
  readonly id: string;
  readonly url: string;
  readonly logger: MemoryLogger;
  /** What reached a handler, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** How many attempts reached the handler of `method`, or any. */
  attempts(method?: keyof KindsServiceHandler): number;
  /** Waits until attempt number `count`, 1 for the first, has reached a handler. */
  arrival(count: number): Promise<SeenRequest>;
}

/** Starts a server on a free port of the loopback interface. */
export async function serveKinds(
  script: Script = {},
  options: ServerOptions = {},
): Promise<ServedKinds> {
  const logger = memoryLogger({ level: "info" });
  const server = newServer({ host: "127.0.0.1", port: 0, graceMs: 1_000, logger, ...options });
  const requests: SeenRequest[] = [];
  const waiting = new Map<number, (request: SeenRequest) => void>();
  const see = (method: keyof KindsServiceHandler, context: HandlerContext) => {
    const request = { method, header: context.requestHeader, context };
    requests.push(request);
    waiting.get(requests.length)?.(request);
  };
  registerKindsServiceHandler(server, watchHandler({ ...echo, ...script }, see));
  await server.serve();
  const id = `127.0.0.1:${server.port}`;
  return {
    server,
    id,
    url: `tri://${id}`,
    logger,
    requests,
    attempts: (method) =>
      requests.filter((request) => method === undefined || request.method === method).length,
    arrival: (count) =>
      new Promise((resolve) => {
        const seen = requests[count - 1];
        if (seen === undefined) waiting.set(count, resolve);
        else resolve(seen);
      }),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Answers with what came in: `watch` twice, `collect` joined by commas, `chat` one by one. */
export const echo: KindsServiceHandler = {
  unary: ({ text }) => ({ text }),
  read: ({ text }) => ({ text }),
  put: ({ text }) => ({ text }),
  async *watch({ text }) {
    yield { text: `${text} 1` };
    yield { text: `${text} 2` };
  },
  async collect(notes) {
    const texts: string[] = [];
    for await (const { text } of notes) texts.push(text);
    return { text: texts.join(",") };
  },
  async *chat(notes) {
    for await (const { text } of notes) yield { text };
  },
};

/** Never answers; ends when the caller stops waiting. */
export function silence(_request: unknown, { signal }: HandlerContext): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Throws what `makeFailure` makes, the first `times` times; then echoes. */
export function failing(makeFailure: () => unknown, times = Number.POSITIVE_INFINITY) {
  let left = times;
  return ({ text }: Note) => {
    if (left-- > 0) throw makeFailure();
    return { text };
  };
}

function watchHandler(
  handler: KindsServiceHandler,
  see: (method: keyof KindsServiceHandler, context: HandlerContext) => void,
): KindsServiceHandler {
  const watched = Object.entries(handler).map(([name, handle]) => [
    name,
    (request: never, context: HandlerContext) => {
      see(name as keyof KindsServiceHandler, context);
      return (handle as (request: never, context: HandlerContext) => unknown)(request, context);
    },
  ]);
  return Object.fromEntries(watched);
}

/** Opens servers, and peers of all protocols that call them, and closes all of them after a test. */
import { type Client, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { type MemoryLogger, memoryLogger } from "@thrice/core/testing";
import { type HandlerOptions, newServer, type Server, type ServerOptions } from "@thrice/server";
import { KindsService } from "../gen/kinds/kinds_pb.js";
import {
  type KindsServiceHandler,
  registerKindsServiceHandler,
} from "../gen/kinds/kinds_thrice.js";

/** How a peer speaks. */
export const protocols = [
  "grpc",
  "grpc-web",
  "connect",
  "connect with JSON",
  "connect over HTTP/1.1",
] as const;
export type Protocol = (typeof protocols)[number];

export interface Served {
  readonly server: Server;
  readonly logger: MemoryLogger;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Makes a client of a peer's library. */
  peer(protocol?: Protocol): Client<typeof KindsService>;
}

/** Shape: `serve` opens, `close` is for `afterEach`. */
export class Bench {
  readonly #open: (() => PromiseLike<void> | void)[] = [];

  /** Starts a server; methods that `handler` leaves out are missing. */
  async serve(
    handler: Partial<KindsServiceHandler>,
    options: ServerOptions = {},
    handlerOptions?: HandlerOptions,
  ): Promise<Served> {
    const logger = memoryLogger({ level: "info" });
    const server = newServer({ host: "127.0.0.1", port: 0, graceMs: 2_000, logger, ...options });
    registerKindsServiceHandler(server, handler as KindsServiceHandler, handlerOptions);
    await server.serve();
    this.closeLater(() => server.stop());
    const url = `http://127.0.0.1:${server.port}`;
    return { server, logger, url, peer: (protocol = "grpc") => this.#peer(url, protocol) };
  }

  /** Adds something else to close. */
  closeLater(close: () => PromiseLike<void> | void): void {
    this.#open.push(close);
  }

  /** Closes what was opened last first, so that clients let go of servers. */
  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }

  #peer(baseUrl: string, protocol: Protocol): Client<typeof KindsService> {
    if (protocol === "connect over HTTP/1.1") {
      return createClient(KindsService, createConnectTransport({ baseUrl, httpVersion: "1.1" }));
    }
    const sessionManager = new Http2SessionManager(baseUrl);
    this.closeLater(() => sessionManager.abort());
    const options = { baseUrl, httpVersion: "2", sessionManager } as const;
    const create = {
      grpc: createGrpcTransport,
      "grpc-web": createGrpcWebTransport,
      connect: createConnectTransport,
      "connect with JSON": (http2: typeof options) =>
        createConnectTransport({ ...http2, useBinaryFormat: false }),
    }[protocol];
    return createClient(KindsService, create(options));
  }
}

/** What `promise` rejects with; fails if it resolves. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`resolved with ${JSON.stringify(value)}`)),
    (reason: unknown) => reason,
  );
}

/** Reads a stream of notes to its end. */
export async function readAll(notes: AsyncIterable<{ readonly text: string }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of notes) texts.push(text);
  return texts;
}

/** A promise that the test settles. */
export function gate<T = void>(): { readonly opened: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open: (value) => open(value) };
}

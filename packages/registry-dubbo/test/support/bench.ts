/** Servers and clients that meet in an engine in memory. */
import {
  type Client,
  type ClientOptions,
  type ClientRegistryOptions,
  newClient,
  roundRobin,
} from "@thrice/client";
import type { Registry, ServiceName } from "@thrice/core";
import { type Awaiter, awaiter, type MemoryLogger, memoryLogger } from "@thrice/core/testing";
import { dubboRegistry, type LayoutOptions } from "@thrice/registry-dubbo";
import { type MemoryEntries, memoryEntries } from "@thrice/registry-dubbo/testing";
import { newServer, type Server, type ServerOptions } from "@thrice/server";
import {
  type GreetServiceClient,
  type GreetServiceHandler,
  newGreetService,
  registerGreetServiceHandler,
} from "../gen/greet/greet_thrice.js";

export const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };

export interface ServedGreeter {
  readonly server: Server;
  readonly registry: Registry;
  readonly id: string;
}

export interface ServeInit {
  readonly layout?: LayoutOptions;
  readonly params?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly version?: string;
  readonly server?: ServerOptions;
  readonly handler?: Partial<GreetServiceHandler>;
}

export class Bench {
  engine: MemoryEntries = memoryEntries();
  readonly #closing: (() => Promise<void>)[] = [];

  registry(layout: LayoutOptions = {}): {
    readonly registry: Registry;
    readonly logger: MemoryLogger;
  } {
    const logger = memoryLogger();
    const registry = dubboRegistry(this.engine.store(), { logger, ...layout });
    this.#closing.push(() => registry.close());
    return { registry, logger };
  }

  /** A server that answers with `name`, published as application `shop`. */
  async serve(name: string, init: ServeInit = {}): Promise<ServedGreeter> {
    const { layout, params = {}, group = "", version = "" } = init;
    const { registry } = this.registry({ application: "shop", ...layout });
    const server = newServer({
      host: "127.0.0.1",
      port: 0,
      registries: [registry],
      publish: { host: "127.0.0.1", params },
      logger: memoryLogger(),
      ...init.server,
    });
    const answer = () => ({ greeting: name });
    const handler = { greet: answer, greetRetry: answer, greetTimeout: answer, ...init.handler };
    registerGreetServiceHandler(server, handler, { group, version });
    await server.serve();
    this.#closing.push(() => server.stop());
    return { server, registry, id: `127.0.0.1:${server.port}` };
  }

  client(
    layout: LayoutOptions = {},
    options: Partial<ClientOptions> & { readonly rules?: boolean } = {},
  ): { readonly client: Client; readonly stub: GreetServiceClient; readonly logger: MemoryLogger } {
    const { rules = true, ...others } = options;
    const { registry, logger } = this.registry(layout);
    const entry: ClientRegistryOptions = { registry, rules };
    const client = newClient({
      registries: [entry],
      logger,
      slowStartMs: 0,
      loadBalance: roundRobin,
      ...others,
    });
    this.#closing.push(() => client.close());
    return { client, stub: newGreetService(client), logger };
  }

  watch(layout: LayoutOptions = {}, service = greet): Awaiter & { readonly logger: MemoryLogger } {
    const { registry, logger } = this.registry(layout);
    return { ...awaiter(registry, service), logger };
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    this.engine = memoryEntries();
  }
}

/** Who answers so many calls, each once, sorted. */
export async function answersOf(
  stub: GreetServiceClient,
  attachments: Readonly<Record<string, string>> = {},
  calls = 20,
): Promise<readonly string[]> {
  const all = new Set<string>();
  for (let call = 0; call < calls; call++) {
    all.add((await stub.greet({ name: "x" }, { attachments })).greeting);
  }
  return [...all].sort();
}

/** Who provides and who consumes, with what each side has to be told for it. */
import { freePort } from "../support/free-port.js";
import type { Engine } from "./engines.js";
import { type Program, type ServerProcess, startServer } from "./peer-process.js";

export interface Programs {
  readonly dubboGo: Program;
  readonly thriceServer: Program;
  readonly thriceClient: Program;
}

/** How services are published, and found. */
export interface Way {
  readonly title: string;
  readonly layout: "interface" | "application" | "both";
  /** Where the metadata of an application is: in the engine, or with its instances, asked by this protocol. */
  readonly metadata: "remote" | "tri" | "dubbo";
}

/** One side provides, the other consumes. */
export interface Direction {
  /** `our client`, or Dubbo-go's. */
  readonly consumer: string;
  readonly provider: string;
  start(options: object): Promise<ServerProcess>;
  /** Takes a provider out: ours stop gracefully, those of Dubbo-go are killed, as they take 6 s to stop. */
  leave(server: ServerProcess): Promise<void>;
  /**
   * Whether the consumer may know no provider at all for a moment when one goes: Dubbo-go's fault. Over ZooKeeper, by application,
   * it reads the list of instances and then each; if one has gone in between, it takes the list for empty.
   *
   * @see dubbo-go registry/zookeeper/service_discovery.go GetInstances
   */
  readonly forgets: boolean;
  newConsumer(options?: object): Promise<{
    readonly program: Program;
    readonly options: { readonly registry: object };
  }>;
}

/** Our client with Dubbo-go's provider, and the other way round. */
export function directionsOf(
  engine: Engine,
  { layout, metadata }: Way,
  { dubboGo, thriceServer, thriceClient }: Programs,
): readonly [Direction, Direction] {
  const { address } = engine;
  const name = `${layout}-${metadata}`;
  const theirs = async (application: string) => {
    const metadataPort = await freePort();
    return { engine: engine.theirs, address, layout, metadata, application, metadataPort };
  };
  const place = metadata === "remote" ? "remote" : "local";
  const ours = (application: string) => ({
    ...{ engine: engine.ours, address, application },
    ...{ register: layout, lookUp: layout, metadata: place },
  });
  return [
    {
      consumer: "our client",
      provider: "Dubbo-go's provider",
      start: async (options) => {
        const registry = await theirs(`${name}-go`);
        return startServer(dubboGo, { port: await freePort(), registry, ...options });
      },
      leave: (server) => server.close(),
      forgets: false,
      newConsumer: async (options) => ({
        program: thriceClient,
        options: { registry: ours(`${name}-ts-consumer`), ...options },
      }),
    },
    {
      consumer: "Dubbo-go's client",
      provider: "our provider",
      start: (options) => startServer(thriceServer, { registry: ours(`${name}-ts`), ...options }),
      leave: async (server) => {
        server.stop();
        await server.next("stopped");
      },
      forgets: engine.theirs === "zookeeper" && layout === "application",
      newConsumer: async (options) => ({
        program: dubboGo,
        options: { registry: await theirs(`${name}-go-consumer`), ...options },
      }),
    },
  ];
}

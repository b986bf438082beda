/** Dubbo-go and ours find each other through an engine, in both of Dubbo's layouts. */
import assert from "node:assert/strict";
import { freePort } from "../support/free-port.js";
import { answerTo } from "./expect.js";
import {
  type ClientProcess,
  type Program,
  type ServerProcess,
  startClient,
  startServer,
} from "./peer-process.js";
import type { Tally } from "./tally.js";

/** An engine that runs, by the names that the two sides have for it. */
export interface Engine {
  readonly ours: "etcd";
  readonly theirs: "etcdv3" | "zookeeper";
  /** `host:port` */
  readonly address: string;
  /** Forgets everything: providers that were killed stay known for a while. */
  clear(): Promise<void>;
}

export interface Programs {
  readonly dubboGo: Program;
  readonly thriceServer: Program;
  readonly thriceClient: Program;
}

const grouped = { group: "blue", version: "2.0" };

/** How services are published: the layout, and by the application where the metadata is. */
const ways = [
  { layout: "interface", metadata: "remote" },
  { layout: "application", metadata: "remote" },
  { layout: "application", metadata: "tri" },
] as const;

export async function checkDiscovery(
  tally: Tally,
  engine: Engine,
  { dubboGo, thriceServer, thriceClient }: Programs,
): Promise<void> {
  for (const { layout, metadata } of ways) {
    const where =
      layout === "application" ? `, metadata ${metadata === "tri" ? "asked" : "in it"}` : "";
    const title = `${engine.ours}, by ${layout}${where}`;
    const theirs = async (application: string) => ({
      engine: engine.theirs,
      address: engine.address,
      ...{ layout, metadata, application, metadataPort: await freePort() },
    });
    const ours = (application: string) => ({
      engine: engine.ours,
      address: engine.address,
      ...{ application, register: layout, lookUp: layout },
      metadata: metadata === "tri" ? "local" : "remote",
    });
    const application = `${layout}-${metadata}`;
    await engine.clear();
    await tally.check(`${title}: our client finds and calls Dubbo-go's provider`, async () => {
      const registry = await theirs(`${application}-go`);
      const port = await freePort();
      await withServer(dubboGo, { port, registry, ...grouped }, (server) =>
        checkFound(thriceClient, ours(`${application}-ts-consumer`), server),
      );
    });
    await engine.clear();
    await tally.check(`${title}: Dubbo-go's client finds and calls our provider`, async () => {
      const registry = ours(`${application}-ts`);
      await withServer(thriceServer, { registry, ...grouped }, async (server) =>
        checkFound(dubboGo, await theirs(`${application}-go-consumer`), server),
      );
    });
  }
}

async function withServer(
  program: Program,
  options: object,
  run: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  const server = await startServer(program, options);
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

/** Calls what is registered without a group, and what has one. */
async function checkFound(program: Program, registry: object, _: ServerProcess): Promise<void> {
  await withClient(program, { registry }, async (client) => {
    assert.equal(await answerTo(client, "who"), "plain");
  });
  await withClient(program, { registry, ...grouped }, async (client) => {
    assert.equal(await answerTo(client, "who"), "blue/2.0");
  });
}

async function withClient(
  program: Program,
  options: object,
  run: (client: ClientProcess) => Promise<void>,
): Promise<void> {
  const client = startClient(program, options);
  try {
    await run(client);
  } finally {
    await client.close();
  }
}

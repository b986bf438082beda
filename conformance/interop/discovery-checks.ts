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
    await engine.clear();
    const change = "finds a second provider while it calls, and loses no call with the first";
    const startTheirs = async (label: string) =>
      startServer(dubboGo, {
        label,
        port: await freePort(),
        registry: await theirs(`${application}-go`),
      });
    await tally.check(`${title}: our client ${change}`, async () => {
      const kill = (server: ServerProcess) => server.close();
      await checkChange(
        { start: startTheirs, leave: kill },
        thriceClient,
        ours(`${application}-ts-consumer`),
      );
    });
    await engine.clear();
    if (engine.theirs === "etcdv3" && layout === "application") {
      const name = `${title}: Dubbo-go's fault: its client does not hear of a second provider, be it its own`;
      await tally.check(name, async () => {
        const consumers = {
          theirs: await theirs(`${application}-go-consumer`),
          ours: ours(`${application}-ts-consumer`),
        };
        await checkUnheard(startTheirs, { dubboGo, thriceClient }, consumers);
      });
      continue;
    }
    await tally.check(`${title}: Dubbo-go's client ${change}`, async () => {
      const start = (label: string) =>
        startServer(thriceServer, { label, registry: ours(`${application}-ts`) });
      const leave = async (server: ServerProcess) => {
        server.stop();
        await server.next("stopped");
      };
      await checkChange({ start, leave }, dubboGo, await theirs(`${application}-go-consumer`));
    });
  }
}

/** How providers come, and how they go: ours stop gracefully, those of Dubbo-go are killed, as they take 6 s to stop. */
interface Coming {
  start(label: string): Promise<ServerProcess>;
  leave(server: ServerProcess): Promise<void>;
}

/** One provider, then a second, then the second alone. */
async function checkChange(
  { start, leave }: Coming,
  program: Program,
  registry: object,
): Promise<void> {
  const first = await start("first");
  await withClient(program, { registry, retries: 2 }, async (client) => {
    assert.equal(await answerTo(client, "who"), "first");
    const second = await start("second");
    try {
      await answeredBy(client, "second");
      const gone = leave(first);
      for (let call = 0; call < 200; call++) {
        const text = `call ${call}`;
        assert.equal(await answerTo(client, text), text);
      }
      await gone;
      assert.equal(await answerTo(client, "who"), "second");
    } finally {
      await second.close();
    }
  }).finally(() => first.close());
}

/** Two providers of Dubbo-go's, both of which our client finds, while Dubbo-go's client goes on with the first alone. */
async function checkUnheard(
  start: (label: string) => Promise<ServerProcess>,
  { dubboGo, thriceClient }: Pick<Programs, "dubboGo" | "thriceClient">,
  consumers: { readonly theirs: object; readonly ours: object },
): Promise<void> {
  const first = await start("first");
  await withClient(dubboGo, { registry: consumers.theirs, retries: 2 }, async (client) => {
    assert.equal(await answerTo(client, "who"), "first");
    const second = await start("second");
    try {
      await withClient(thriceClient, { registry: consumers.ours }, (other) =>
        answeredBy(other, "second"),
      );
      for (let call = 0; call < 100; call++) assert.equal(await answerTo(client, "who"), "first");
    } finally {
      await second.close();
    }
  }).finally(() => first.close());
}

/** Calls until this provider answers. Rejects if it has not within 10 s. */
async function answeredBy(client: ClientProcess, label: string): Promise<void> {
  const endMs = Date.now() + 10_000;
  while ((await answerTo(client, "who")) !== label) {
    if (Date.now() > endMs) throw new Error(`the ${label} provider was not found within 10 s`);
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

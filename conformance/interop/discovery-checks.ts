/** Dubbo-go and ours find each other through an engine, in both of Dubbo's layouts. */
import assert from "node:assert/strict";
import { type Direction, directionsOf, type Programs, type Way } from "./discovery-directions.js";
import type { Engine } from "./engines.js";
import { answerTo, ask, errorOf, textsOf } from "./expect.js";
import { type ClientProcess, type Program, startClient } from "./peer-process.js";
import type { Tally } from "./tally.js";

const ways: readonly Way[] = [
  { title: "by interface", layout: "interface", metadata: "remote" },
  { title: "by application, metadata in it", layout: "application", metadata: "remote" },
  { title: "by application, metadata asked", layout: "application", metadata: "tri" },
];

export async function checkDiscovery(
  tally: Tally,
  engine: Engine,
  programs: Programs,
): Promise<void> {
  for (const way of ways) {
    for (const direction of directionsOf(engine, way, programs)) {
      const { consumer, provider, forgets } = direction;
      const check = (name: string, run: () => Promise<void>) =>
        tally.check(`${engine.ours}, ${way.title}: ${consumer} ${name}`, async () => {
          await engine.clear();
          await run();
        });
      await check(`finds and calls ${provider}`, () => checkFound(direction));
      const but = forgets ? ", but for calls that Dubbo-go knows no provider for at all" : "";
      const change = `finds a second provider while it calls, and loses no call with the first${but}`;
      await check(change, () => checkChange(direction));
      if (way.layout === "interface") {
        await check(`brings ${provider} its token`, () => checkToken(direction));
      }
    }
  }
  await checkDubboMetadata(tally, engine, programs);
}

/** Calls what is registered without a group, and what has one. */
async function checkFound({ start, newConsumer }: Direction): Promise<void> {
  const grouped = { group: "blue", version: "2.0" };
  const server = await start(grouped);
  try {
    await withClient(await newConsumer(), async (client) => {
      assert.equal(await answerTo(client, "who"), "plain");
    });
    await withClient(await newConsumer(grouped), async (client) => {
      assert.equal(await answerTo(client, "who"), "blue/2.0");
    });
  } finally {
    await server.close();
  }
}

/** One provider, then a second, then the second alone. */
async function checkChange({ start, leave, forgets, newConsumer }: Direction): Promise<void> {
  const first = await start({ label: "first" });
  await withClient(await newConsumer({ retries: 2 }), async (client) => {
    assert.equal(await answerTo(client, "who"), "first");
    const second = await start({ label: "second" });
    try {
      await answeredBy(client, "second");
      const gone = leave(first);
      for (let call = 0; call < 200; call++) {
        const text = `call ${call}`;
        let outcome = await ask(client, "unary", [text]);
        while (forgets && outcome.error?.message.includes("No provider available"))
          outcome = await ask(client, "unary", [text]);
        assert.deepEqual(textsOf(outcome), [text]);
      }
      await gone;
      assert.equal(await answerTo(client, "who"), "second");
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

/** Who knows the port alone is turned away. */
async function checkToken({ start, newConsumer }: Direction): Promise<void> {
  const server = await start({ token: "s3cret" });
  try {
    const consumer = await newConsumer({ retries: 0 });
    await withClient(consumer, async (client) => {
      assert.equal(await answerTo(client, "who"), "plain");
    });
    const direct = { url: `tri://127.0.0.1:${server.port}`, retries: 0 };
    await withClient({ program: consumer.program, options: direct }, async (client) => {
      assert.match(errorOf(await ask(client, "unary", ["who"])).message, /token/i);
    });
  } finally {
    await server.close();
  }
}

/** Dubbo-go's default for metadata is the protocol `dubbo`, which we do not speak. */
async function checkDubboMetadata(tally: Tally, engine: Engine, programs: Programs): Promise<void> {
  const run = async (layout: Way["layout"], look: (client: ClientProcess) => Promise<void>) => {
    await engine.clear();
    const [ours] = directionsOf(engine, { title: "", layout, metadata: "dubbo" }, programs);
    const server = await ours.start({});
    try {
      await withClient(await ours.newConsumer({ retries: 0 }), look);
    } finally {
      await server.close();
    }
  };
  const title = `${engine.ours}, metadata by the protocol dubbo: our client`;
  await tally.check(`${title} finds Dubbo-go's provider by interface, if it is there too`, () =>
    run("both", async (client) => {
      assert.equal(await answerTo(client, "who"), "plain");
    }),
  );
  await tally.check(
    `${title} passes by Dubbo-go's provider that is known by application alone`,
    () =>
      run("application", async (client) => {
        assert.equal(errorOf(await ask(client, "unary", ["who"])).code, 14);
      }),
  );
}

async function withClient(
  { program, options }: { readonly program: Program; readonly options: object },
  run: (client: ClientProcess) => Promise<void>,
): Promise<void> {
  const client = startClient(program, options);
  try {
    await run(client);
  } finally {
    await client.close();
  }
}

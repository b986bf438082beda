/** What gRPC promises beyond calls: compression, retry by service config, and servers that stop without losing a call. */
import assert from "node:assert/strict";
import { answerTo, ask, errorOf, headerOf, textsOf } from "./expect.js";
import type { ClientProcess, ServerProcess } from "./peer-process.js";
import type { Tally } from "./tally.js";

/** How to start the two sides of a pair. */
export interface Sides {
  readonly title: string;
  /** A client that uses all of the ports. */
  startClient(
    ports: readonly number[],
    options?: { readonly gzip?: boolean; readonly serviceConfig?: string },
  ): ClientProcess;
  startServer(): Promise<ServerProcess>;
}

/** Checks that both sides compress, and read what is compressed. */
export async function checkGrpcCompression(
  tally: Tally,
  { title, startClient }: Sides,
  server: ServerProcess,
): Promise<void> {
  await tally.check(`${title}: gzip goes both ways`, async () => {
    const client = startClient([server.port], { gzip: true });
    try {
      assert.equal(await answerTo(client, "tell grpc-encoding"), "gzip");
      const outcome = await ask(client, "unary", ["grow 100000"]);
      assert.deepEqual(textsOf(outcome), ["x".repeat(100_000)]);
      assert.equal(headerOf(outcome.header, "grpc-encoding"), "gzip");
    } finally {
      await client.close();
    }
  });
}

/** Checks the page's retry program with a client that is told to retry by a service config. */
export async function checkServiceConfigRetry(tally: Tally, sides: Sides): Promise<void> {
  const retryPolicy = {
    maxAttempts: 4,
    initialBackoff: "0.01s",
    maxBackoff: "0.1s",
    backoffMultiplier: 2,
    retryableStatusCodes: ["UNKNOWN", "INTERNAL"],
  };
  const name = [{ service: "greet.GreetService" }];
  const serviceConfig = JSON.stringify({ methodConfig: [{ name, retryPolicy }] });
  await tally.check(
    `${sides.title}: a service config's 4 attempts get the answer of the retry program`,
    async () => {
      const server = await sides.startServer();
      const client = sides.startClient([server.port], { serviceConfig });
      const call = { service: "greet", method: "greetRetry", texts: ["hello world"] } as const;
      try {
        assert.deepEqual(textsOf(await client.call(call)), ["hello world"]);
        const logged: (string | undefined)[] = [];
        for (let line = 0; line < 4; line++) logged.push((await server.next("log")).text);
        assert.deepEqual(logged, [
          "retry 1 times",
          "retry 2 times",
          "retry 3 times",
          "retry success, current request time is 3",
        ]);
      } finally {
        await client.close();
        await server.close();
      }
    },
  );
}

/** Checks servers that stop while they are called. */
export async function checkDrain(tally: Tally, sides: Sides): Promise<void> {
  await tally.check(
    `${sides.title}: a call that runs when the server stops is answered`,
    async () => {
      const server = await sides.startServer();
      const client = sides.startClient([server.port]);
      try {
        const running = ask(client, "unary", ["sleep 300"]);
        await server.next("begun");
        server.stop();
        assert.deepEqual(textsOf(await running), ["sleep 300"]);
        await server.next("stopped");
        const error = errorOf(await ask(client, "unary", ["more"], { retries: 0 }));
        assert.equal(error.code, 14, error.message);
      } finally {
        await client.close();
        await server.close();
      }
    },
  );
  await tally.check(
    `${sides.title}: one of two servers stops under load, and no call fails`,
    async () => {
      const [staying, stopping] = [await sides.startServer(), await sides.startServer()];
      const client = sides.startClient([stopping.port, staying.port]);
      try {
        const callers = Array.from({ length: 8 }, (_, caller) => callMany(client, caller));
        await stopping.next("begun");
        stopping.stop();
        await Promise.all(callers);
        await stopping.next("stopped");
      } finally {
        await client.close();
        await stopping.close();
        await staying.close();
      }
    },
  );
}

/** One call after the other. Rejects if one fails, or is answered with what another asked. */
async function callMany(client: ClientProcess, caller: number): Promise<void> {
  await answerTo(client, "sleep 20");
  for (let at = 0; at < 100; at++) {
    const text = `caller ${caller}, call ${at}`;
    assert.equal(await answerTo(client, text), text);
  }
}

/** What is Dubbo's own: code 17, group and version, the program of the page on request retry, serialisation, default bounds. */
import assert from "node:assert/strict";
import { answerTo, ask, detailsOf, errorOf, headerOf, textsOf } from "./expect.js";
import {
  type ClientProcess,
  type Program,
  type ServerProcess,
  startClient,
} from "./peer-process.js";
import type { Tally } from "./tally.js";

/** A side that calls, and a side that is called. */
export interface Direction {
  readonly title: string;
  readonly clientProgram: Program;
  readonly server: ServerProcess;
}

const grouped = { group: "blue", version: "2.0" };

/** Checks what both directions promise alike. */
export async function checkDubbo(tally: Tally, direction: Direction): Promise<void> {
  const { title, clientProgram, server } = direction;
  const url = `tri://127.0.0.1:${server.port}`;
  const withClient = async (options: object, run: (client: ClientProcess) => Promise<void>) => {
    const client = startClient(clientProgram, { url, ...options });
    try {
      await run(client);
    } finally {
      await client.close();
    }
  };
  const check = (name: string, options: object, run: (client: ClientProcess) => Promise<void>) =>
    tally.check(`${title}: ${name}`, () => withClient(options, run));

  await check(
    "a handler's business error is code 17, and is not retried",
    { retries: 3 },
    businessError,
  );
  await check("code 17 keeps its details and metadata", { retries: 0 }, async (client) => {
    const error = errorOf(await ask(client, "unary", ["fail 17"]));
    assert.deepEqual([error.code, error.message], [17, "code 17"]);
    assert.deepEqual(detailsOf(error), ["detail 17"]);
    assert.equal(headerOf(error.metadata, "x-m"), "17");
  });
  await check(
    "the page's retry program: 3 retries, 4 attempts, 1 answer",
    { retries: 3 },
    (client) => retryProgram(client, server),
  );
  await check("group and version find their own implementation", grouped, async (client) => {
    assert.equal(await answerTo(client, "who"), "blue/2.0");
  });
  await check("no group and version find the plain one", {}, async (client) => {
    assert.equal(await answerTo(client, "who"), "plain");
  });
  const unknown = { group: "blue", version: "9.9", retries: 0 };
  await check("a version that is not there is unimplemented", unknown, async (client) => {
    assert.equal(errorOf(await ask(client, "unary", ["who"])).code, 12);
  });
}

async function businessError(client: ClientProcess): Promise<void> {
  await answerTo(client, "asked");
  const error = errorOf(await ask(client, "unary", ["business"]));
  assert.deepEqual([error.code, error.message], [17, "not enough stock"]);
  assert.equal(await answerTo(client, "asked"), "1");
}

/** The client's half of the page, and what the server's half logs meanwhile. */
async function retryProgram(client: ClientProcess, server: ServerProcess): Promise<void> {
  const greet = (method: "greet" | "greetRetry") =>
    client.call({ service: "greet", method, texts: ["hello world"] });
  assert.deepEqual(textsOf(await greet("greet")), ["hello world"]);
  assert.deepEqual(textsOf(await greet("greetRetry")), ["hello world"]);
  const logged: (string | undefined)[] = [];
  for (let line = 0; line < 5; line++) logged.push((await server.next("log")).text);
  assert.deepEqual(logged, [
    "Not need retry, request success",
    "retry 1 times",
    "retry 2 times",
    "retry 3 times",
    "retry success, current request time is 3",
  ]);
}

/** Dubbo-go's client and our server, beyond what both directions promise. */
export async function checkDubboClient(
  tally: Tally,
  dubboGo: Program,
  server: ServerProcess,
): Promise<void> {
  const url = `tri://127.0.0.1:${server.port}`;
  const check = (name: string, options: object, run: (client: ClientProcess) => Promise<void>) =>
    tally.check(`Dubbo-go's client, our server: ${name}`, async () => {
      const client = startClient(dubboGo, { url, retries: 0, ...options });
      try {
        await run(client);
      } finally {
        await client.close();
      }
    });
  await check("JSON goes both ways", { json: true }, async (client) => {
    assert.equal(await answerTo(client, "tell content-type"), "application/grpc+json");
    assert.equal(await answerTo(client, "hi ü"), "hi ü");
  });
  await check("its bound of 3 s for an attempt reaches the handler", {}, async (client) => {
    const left = Number(await answerTo(client, "time"));
    assert.ok(left > 0 && left <= 3_000, `${left} ms are left`);
  });
  await check("answers are compressed, as it lists gzip", {}, async (client) => {
    const outcome = await ask(client, "unary", ["grow 100000"]);
    assert.deepEqual(textsOf(outcome), ["x".repeat(100_000)]);
    assert.equal(headerOf(outcome.header, "grpc-encoding"), "gzip");
  });
}

/** Our client and Dubbo-go's server, beyond what both directions promise. */
export async function checkDubboServer(
  tally: Tally,
  { dubboGo, thriceClient }: { dubboGo: Program; thriceClient: Program },
  server: ServerProcess,
): Promise<void> {
  const url = `tri://127.0.0.1:${server.port}`;
  const check = (
    name: string,
    program: Program,
    options: object,
    run: (client: ClientProcess) => Promise<void>,
  ) =>
    tally.check(name, async () => {
      const client = startClient(program, { url, ...options });
      try {
        await run(client);
      } finally {
        await client.close();
      }
    });
  const ours = "our client, Dubbo-go's server";
  await check(
    `${ours}: JSON goes both ways`,
    thriceClient,
    { useBinaryFormat: false },
    async (client) => {
      assert.equal(await answerTo(client, "tell content-type"), "application/grpc+json");
      assert.equal(await answerTo(client, "hi ü"), "hi ü");
    },
  );
  const gzip = { compression: "gzip", compressMinBytes: 0 };
  await check(`${ours}: gzip goes both ways`, thriceClient, gzip, async (client) => {
    assert.equal(await answerTo(client, "tell grpc-encoding"), "gzip");
    const outcome = await ask(client, "unary", ["grow 100000"]);
    assert.deepEqual(textsOf(outcome), ["x".repeat(100_000)]);
    assert.equal(headerOf(outcome.header, "grpc-encoding"), "gzip");
  });
  const fault = "Dubbo-go's fault, seen by its own client";
  await check(
    `${fault}: its server drops details and metadata of errors other than 17`,
    dubboGo,
    { retries: 0 },
    async (client) => {
      const error = errorOf(await ask(client, "unary", ["fail"]));
      assert.deepEqual([error.code, error.message], [5, "no 100% ü"]);
      assert.deepEqual(detailsOf(error), []);
      assert.equal(headerOf(error.metadata, "x-m"), undefined);
    },
  );
  await check(
    `${fault}: health of a service that is not there is code 17, not not_found`,
    dubboGo,
    { retries: 0 },
    async (client) => {
      const call = { service: "health", method: "check", texts: ["no.Service"] } as const;
      assert.equal(errorOf(await client.call(call)).code, 17);
    },
  );
  await check(
    `${fault}: reflection ends with an error when the client has asked all`,
    dubboGo,
    { retries: 0 },
    async (client) => {
      const call = { service: "reflection", method: "listToEnd", texts: [] } as const;
      const { code, message } = errorOf(await client.call(call));
      assert.deepEqual([code, message], [2, "EOF"]);
    },
  );
}

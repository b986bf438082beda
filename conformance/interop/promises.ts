/** What any client may expect of any server: one list, which is checked for every pair. */
import assert from "node:assert/strict";
import {
  answerTo,
  ask,
  detailsOf,
  errorOf,
  headerOf,
  type KindsMethod,
  textsOf,
} from "./expect.js";
import type { ClientProcess, ServerProcess } from "./peer-process.js";
import type { Tally } from "./tally.js";

/** A client, and the server that it calls. */
export interface Pair {
  /** Stands before the name of each check: `our client, Dubbo-go's server`. */
  readonly title: string;
  readonly client: ClientProcess;
  readonly server: ServerProcess;
}

/** Where a pair is known to fall short. Each has a check of its own that shows whose fault it is. */
export interface Shortfalls {
  /** Details and metadata of errors do not come. */
  readonly errorDetails?: boolean;
  /** The handler goes on when its caller is gone. */
  readonly cancelAtHandler?: boolean;
}

const kinds = ["unary", "watch", "collect", "chat"] as const;
const codes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/** Checks the list. */
export async function checkPromises(
  tally: Tally,
  pair: Pair,
  shortfalls: Shortfalls = {},
): Promise<void> {
  const check = (name: string, run: () => Promise<void>) =>
    tally.check(`${pair.title}: ${name}`, run);
  await checkExchanges(check, pair);
  await checkMetadata(check, pair);
  await checkErrors(check, pair, shortfalls);
  await checkDeadlines(check, pair, shortfalls);
  await checkSizes(check, pair);
}

type Check = (name: string, run: () => Promise<void>) => Promise<void>;

async function checkExchanges(check: Check, { client }: Pair): Promise<void> {
  const exchanges: readonly [KindsMethod, string[], string[]][] = [
    ["unary", ["hi ü"], ["hi ü"]],
    ["unary", [""], [""]],
    ["watch", ["abc"], ["a", "b", "c"]],
    ["watch", [""], []],
    ["collect", ["a", "b", "c"], ["a+b+c"]],
    ["collect", [], [""]],
    ["chat", ["a", "b"], ["re: a", "re: b"]],
    ["chat", [], []],
  ];
  for (const [method, sent, answered] of exchanges) {
    const name = `${method} of [${sent}] answers [${answered}]`;
    await check(name, async () => {
      assert.deepEqual([...textsOf(await ask(client, method, sent))], answered);
    });
  }
  await check("a chat may wait for each answer before it goes on", async () => {
    const outcome = await ask(client, "chat", ["a", "b", "c"], { awaitsAnswers: true });
    assert.deepEqual([...textsOf(outcome)], ["re: a", "re: b", "re: c"]);
  });
}

async function checkMetadata(check: Check, { client }: Pair): Promise<void> {
  for (const method of kinds) {
    await check(`${method} carries attachments there and back`, async () => {
      const header = { "x-say": "hello", "x-say-bin": "AAH/" };
      const outcome = await ask(client, method, ["a"], { header });
      textsOf(outcome);
      assert.deepEqual(
        {
          said: headerOf(outcome.header, "x-said"),
          bytes: headerOf(outcome.header, "x-said-bin"),
          last: headerOf(outcome.trailer, "x-said-last"),
        },
        { said: "hello", bytes: "AAH/", last: "hello" },
      );
    });
  }
}

async function checkErrors(check: Check, { client }: Pair, shortfalls: Shortfalls): Promise<void> {
  for (const code of codes) {
    await check(`code ${code} comes as ${code}, with its message`, async () => {
      const error = errorOf(await ask(client, "unary", [`fail ${code}`], { retries: 0 }));
      assert.deepEqual(
        { code: error.code, message: error.message },
        { code, message: `code ${code}` },
      );
    });
  }
  for (const method of kinds) {
    const withDetails = shortfalls.errorDetails !== true;
    const more = withDetails ? ", with its metadata and details" : "";
    await check(`${method} that fails says so${more}`, async () => {
      const error = errorOf(await ask(client, method, ["fail"], { retries: 0 }));
      assert.deepEqual([error.code, error.message], [5, "no 100% ü"]);
      if (!withDetails) return;
      assert.equal(headerOf(error.metadata, "x-m"), "3");
      assert.deepEqual(detailsOf(error), ["why"]);
    });
  }
  await check("what a chat answered before it failed has come", async () => {
    const outcome = await ask(client, "chat", ["a", "fail"], { awaitsAnswers: true, retries: 0 });
    assert.equal(errorOf(outcome).code, 5);
    assert.deepEqual([...(outcome.texts ?? [])], ["re: a"]);
  });
}

async function checkDeadlines(
  check: Check,
  { client, server }: Pair,
  { cancelAtHandler = false }: Shortfalls,
): Promise<void> {
  await check("a handler knows the time that is left", async () => {
    const left = Number(await answerTo(client, "time", { timeoutMs: 60_000 }));
    assert.ok(left > 30_000 && left <= 60_000, `${left} ms are left of 60 000`);
  });
  const held = (method: KindsMethod) => method === "collect" || method === "chat";
  for (const method of kinds) {
    await check(`${method} whose deadline passes ends with deadline_exceeded`, async () => {
      const call = ask(client, method, ["wait"], { timeoutMs: 150, holdsOpen: held(method) });
      await server.next("begun");
      assert.equal(errorOf(await call).code, 4);
      await server.next("gone");
    });
  }
  for (const method of kinds) {
    if (cancelAtHandler) break;
    await check(`${method} that is cancelled ends at the handler too`, async () => {
      const texts = ["wait"];
      const call = { service: "kinds", method, texts, holdsOpen: held(method) } as const;
      const { outcome, cancel } = client.begin(call);
      await server.next("begun");
      cancel();
      assert.equal(errorOf(await outcome).code, 1);
      await server.next("gone");
    });
  }
}

async function checkSizes(check: Check, { client }: Pair): Promise<void> {
  await check("3 MiB go both ways", async () => {
    const text = "xyz".repeat(1024 * 1024);
    assert.ok((await answerTo(client, text)) === text, "the text came back changed");
  });
  await check("a stream of 1 000 messages comes whole", async () => {
    const text = "abcdefghij".repeat(100);
    assert.equal(textsOf(await ask(client, "watch", [text])).join(""), text);
  });
  await check("a chat of 1 000 messages comes whole", async () => {
    const texts = Array.from({ length: 1_000 }, (_, at) => `${at}`);
    const outcome = await ask(client, "chat", texts);
    assert.deepEqual(
      textsOf(outcome),
      texts.map((text) => `re: ${text}`),
    );
  });
  await check("100 calls run at once, and each gets its own answer", async () => {
    const wanted = Array.from({ length: 100 }, (_, at) => `call ${at}`);
    assert.deepEqual(await Promise.all(wanted.map((text) => answerTo(client, text))), wanted);
  });
  await check("a message over the server's limit is resource_exhausted", async () => {
    const error = errorOf(await ask(client, "unary", ["x".repeat(5 << 20)], { retries: 0 }));
    assert.equal(error.code, 8, error.message);
  });
  await check("an answer over the client's limit is resource_exhausted", async () => {
    const error = errorOf(await ask(client, "unary", ["grow 5242880"], { retries: 0 }));
    assert.equal(error.code, 8, error.message);
  });
}

/** What the budget pays for, what earns, and what a caller reads when it is spent. */
import { attemptsOf, Code, ConnectError, RetryBudget } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const down = () => failing(() => new ConnectError("down", Code.Unavailable));

test.each([1, 2, 3, 4, 6, 20, 100])(
  "a fresh client can spend all of retries %i in its first call",
  async (retries) => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), retries) });
    const { stub } = bench.client({ url: server.url, retries });
    expect((await stub.unary({ text: "at last" })).text).toBe("at last");
    expect(server.attempts()).toBe(1 + retries);
  },
);

test("a call that the budget cut short says so, and which option changes it", async () => {
  const server = await bench.serve({ unary: down() });
  const { stub } = bench.client({ url: server.url, retries: 3 });
  const first = (await failureOf(stub.unary({}))) as ConnectError;
  const second = (await failureOf(stub.unary({}))) as ConnectError;
  expect([first.code, first.rawMessage]).toEqual([Code.Unavailable, "down"]);
  expect([second.code, second.rawMessage]).toEqual([
    Code.Unavailable,
    "down (not retried: the retry budget is spent; see retryBudget)",
  ]);
  expect([attemptsOf(first).length, attemptsOf(second).length]).toEqual([4, 2]);
});

test("without a budget every call is retried", async () => {
  const server = await bench.serve({ unary: down() });
  const { stub } = bench.client({ url: server.url, retries: 2, retryBudget: false });
  for (let call = 0; call < 5; call++) await failureOf(stub.unary({}));
  expect(server.attempts()).toBe(15);
});

test("numbers of one's own are in force", async () => {
  const server = await bench.serve({ unary: down() });
  const retryBudget = { ratio: 1, startTokens: 1 };
  const { stub } = bench.client({ url: server.url, retries: 1, retryBudget });
  for (let call = 0; call < 2; call++) await failureOf(stub.unary({}));
  await stub.put({ text: "well" });
  await failureOf(stub.unary({}));
  expect(server.attempts("unary")).toBe(5);
});

test("a budget is shared by the clients that it is handed to", async () => {
  const server = await bench.serve({ unary: down() });
  const retryBudget = new RetryBudget({ startTokens: 3 });
  const options = { url: server.url, retries: 2, retryBudget };
  const [one, other] = [bench.client(options), bench.client(options)];
  await failureOf(one.stub.unary({}));
  await failureOf(other.stub.unary({}));
  expect(server.attempts()).toBe(3 + 2);
});

test.each([
  { title: "an answer that is the caller's fault", code: Code.NotFound },
  { title: "a plain failure", code: Code.Unavailable },
])("$title earns nothing", async ({ code }) => {
  const server = await bench.serve({
    unary: down(),
    put: failing(() => new ConnectError("x", code)),
  });
  const { stub } = bench.client({ url: server.url, retries: 4, throttle: false });
  await failureOf(stub.unary({}));
  for (let call = 0; call < 20; call++) await failureOf(stub.put({}, { retries: 0 }));
  await failureOf(stub.unary({}));
  expect(server.attempts("unary")).toBe(5 + 1);
});

test("a call that its caller cancels neither earns nor spends", async () => {
  const server = await bench.serve({ unary: down() });
  const { stub } = bench.client({ url: server.url, retries: 4 });
  for (let call = 0; call < 20; call++) {
    await failureOf(stub.unary({}, { signal: AbortSignal.abort() }));
  }
  await failureOf(stub.unary({}));
  await failureOf(stub.unary({}));
  expect(server.attempts()).toBe(5 + 1);
});

test("first attempts are never refused for want of a budget", async () => {
  const server = await bench.serve({ unary: down() });
  const { stub } = bench.client({ url: server.url, retries: 2, retryBudget: { maxTokens: 0 } });
  for (let call = 0; call < 5; call++) await failureOf(stub.unary({}));
  expect(server.attempts()).toBe(5);
});

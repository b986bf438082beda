/** What `levels()` tells of a client as it stands. */
import { Code, ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

test("a client that has made no call knows its endpoints, and has no connection", () => {
  const { client } = bench.client({ url: ["tri://127.0.0.1:1", "tri://127.0.0.1:2"] });
  expect(client.levels()).toEqual({
    budgetTokens: 4,
    endpoints: 2,
    ejectedEndpoints: 0,
    connections: 0,
  });
});

test.each([
  { name: "gRPC", options: {} },
  { name: "Connect over HTTP/2", options: { protocol: "connect" } as const },
  {
    name: "Connect over HTTP/1.1",
    options: { protocol: "connect", httpVersion: "1.1" } as const,
  },
])("connections of $name are counted until the client is closed", async ({ options }) => {
  const { url } = await bench.serve();
  const { client, stub } = bench.client({ url, ...options });
  await stub.unary({ text: "hi" });
  expect(client.levels().connections).toBe(1);
  await client.close();
  expect(client.levels().connections).toBe(0);
});

test("retries take from the budget", async () => {
  const { url } = await bench.serve({
    unary: failing(() => new ConnectError("down", Code.Unavailable)),
  });
  const { client, stub } = bench.client({
    url,
    retries: 2,
    random: () => 0,
    backoff: { baseMs: 0 },
  });
  await expect(stub.unary({ text: "hi" })).rejects.toThrow("down");
  expect(client.levels().budgetTokens).toBe(2);
});

test("without a bound there is no level of the budget", () => {
  const { client } = bench.client({ url: "tri://127.0.0.1:1", retryBudget: false });
  expect(client.levels().budgetTokens).toBeUndefined();
});

test("endpoints that health keeps out are counted", async () => {
  const well = await bench.serve();
  const { client, stub } = bench.client({
    url: ["tri://127.0.0.1:1", well.url],
    retries: 1,
    loadBalance: { name: "in-order", createPicker: () => ({ pick: ([first]) => first }) },
  });
  while (client.counters().ejections === 0) await stub.unary({ text: "hi" });
  expect(client.levels().ejectedEndpoints).toBe(1);
});

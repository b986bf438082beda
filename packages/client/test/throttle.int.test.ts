/** A client that holds calls back: what its callers read, and what the server sees. */
import { Code, ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

async function callTimes(times: number, call: () => Promise<unknown>): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (let count = 0; count < times; count++) failures.push(await failureOf(call()));
  return failures;
}

test("calls to a service that turns all of them down fail here, but for a few per second", async () => {
  const server = await bench.serve({
    unary: failing(() => new ConnectError("full", Code.ResourceExhausted)),
  });
  const { stub, clock } = bench.client({ url: server.url, retries: 0 });
  await callTimes(40, () => stub.unary({}));
  expect(server.attempts()).toBeLessThan(30);
  await clock.advance(1_000);
  const before = server.attempts();
  const failures = await callTimes(20, () => stub.unary({}));
  expect(server.attempts() - before).toBe(5);
  expect(failures.at(-1)).toMatchObject({
    code: Code.Unavailable,
    rawMessage: expect.stringMatching(
      /^the client holds calls back: \d+ of \d+ attempts in 10000 ms were turned down; see throttle$/,
    ),
  });
});

test("with throttle false every call is sent", async () => {
  const server = await bench.serve({
    unary: failing(() => new ConnectError("full", Code.ResourceExhausted)),
  });
  const { stub } = bench.client({ url: server.url, retries: 0, throttle: false });
  await callTimes(60, () => stub.unary({}));
  expect(server.attempts()).toBe(60);
});

test("errors of a handler hold nothing back", async () => {
  const server = await bench.serve({ unary: failing(() => new Error("a bug")) });
  const { stub } = bench.client({ url: server.url, retries: 0 });
  await callTimes(60, () => stub.unary({}));
  expect(server.attempts()).toBe(60);
});

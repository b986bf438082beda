/** How a channel uses connections: how many, how long, and how much it holds. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { answerOf, channelTo, endOf, note, one, textOf } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { openConnectPeer } from "./support/connect-peer.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";

const closing = closeAfterEach();
expectNothingUncaught();

// connect-node's server writes to the console when a client leaves a stream.
beforeEach(() => jest.spyOn(console, "error").mockImplementation());
afterEach(() => jest.restoreAllMocks());

const echo = { unary: ({ text }: Note) => note(text) };

test("100 calls at once on a new channel share one connection", async () => {
  const peer = closing(await openConnectPeer(echo));
  const channel = closing(channelTo(peer.port));
  const ends = Array.from({ length: 100 }, () => endOf(channel.start(one("unary"))));
  expect(await Promise.all(ends)).toEqual(Array(100).fill({ text: "hello" }));
  expect(peer.counts.connections).toBe(1);
});

test("a channel connects again, once, when its server is back", async () => {
  const first = await openConnectPeer(echo);
  const channel = closing(channelTo(first.port));
  expect(await endOf(channel.start(one("unary")))).toEqual({ text: "hello" });
  await first.close();
  expect(await endOf(channel.start(one("unary")))).toMatchObject({ code: "Unavailable" });
  expect(await endOf(channel.start(one("unary")))).toMatchObject({ outcome: "connect-failed" });
  const second = closing(await openConnectPeer(echo, { port: first.port }));
  const ends = Array.from({ length: 20 }, () => endOf(channel.start(one("unary"))));
  expect(await Promise.all(ends)).toEqual(Array(20).fill({ text: "hello" }));
  expect(second.counts.connections).toBe(1);
});

test("a channel that is not used does not connect", async () => {
  const peer = closing(await openConnectPeer(echo));
  await closing(channelTo(peer.port)).close();
  expect(peer.counts.connections).toBe(0);
});

test("a channel closes twice", async () => {
  const peer = closing(await openConnectPeer(echo));
  const channel = channelTo(peer.port);
  await endOf(channel.start(one("unary")));
  await Promise.all([channel.close(), channel.close()]);
  await channel.close();
});

test("cancelling a stream tells the server", async () => {
  const cancelled = Promise.withResolvers<void>();
  async function* watch(_request: Note, { signal }: HandlerContext) {
    signal.addEventListener("abort", () => cancelled.resolve());
    yield note("first");
    await cancelled.promise;
  }
  const peer = closing(await openConnectPeer({ watch }));
  const attempt = closing(channelTo(peer.port)).start(one("watch"));
  expect(textOf((await (await answerOf(attempt.end)).next()).value)).toBe("first");
  attempt.cancel(new ConnectError("", Code.Canceled));
  await cancelled.promise;
  await attempt.finished;
});

test("a break out of a stream tells the server", async () => {
  const cancelled = Promise.withResolvers<void>();
  async function* watch(_request: Note, { signal }: HandlerContext) {
    signal.addEventListener("abort", () => cancelled.resolve());
    for (;;) yield note("x".repeat(64 * 1024));
  }
  const peer = closing(await openConnectPeer({ watch }));
  const attempt = closing(channelTo(peer.port)).start(one("watch"));
  const messages = await answerOf(attempt.end);
  for await (const _ of { [Symbol.asyncIterator]: () => messages }) break;
  await cancelled.promise;
  await attempt.finished;
});

test("a slow reader holds up the server instead of a stream of 50 MiB", async () => {
  const sent = { messages: 0 };
  const text = "x".repeat(64 * 1024);
  async function* watch() {
    for (; sent.messages < 800; sent.messages++) yield note(text);
  }
  const peer = closing(await openConnectPeer({ watch, ...echo }));
  const channel = closing(channelTo(peer.port));
  const attempt = channel.start(one("watch"));
  const messages = await answerOf(attempt.end);
  await messages.next();
  for (let call = 0; call < 50; call++) await endOf(channel.start(one("unary"))); // time to go wrong
  expect(sent.messages).toBeLessThan(100); // 1 MiB of window, and what pipes hold on both sides
  let read = 1;
  while (!(await messages.next()).done) read++;
  expect(read).toBe(800);
  await attempt.finished;
});

test("streams that nobody reads do not hold up other calls", async () => {
  async function* watch() {
    for (let index = 0; index < 100; index++) yield note("x".repeat(64 * 1024));
  }
  const peer = closing(await openConnectPeer({ watch, ...echo }));
  const channel = closing(channelTo(peer.port));
  const idle = Array.from({ length: 5 }, () => channel.start(one("watch")));
  await Promise.all(idle.map(({ end }) => end));
  const ends = Array.from({ length: 20 }, () => endOf(channel.start(one("unary"))));
  expect(await Promise.all(ends)).toEqual(Array(20).fill({ text: "hello" }));
});

test.each(["answered", "left"])(
  "a process whose channel is idle, its last call %s, ends by itself",
  async (how) => {
    async function* watch() {
      for (;;) yield note("x".repeat(64 * 1024));
    }
    const peer = closing(await openConnectPeer({ watch, ...echo }));
    const script = `${__dirname}/support/one-call.ts`;
    const args = ["--conditions=@thrice/source", "--import", "tsx", script, String(peer.port), how];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe(`${how}\n`);
  },
);

test("a channel that is retired lets a stream go on to its end, takes no more, and is closed then", async () => {
  const goOn = Promise.withResolvers<void>();
  const peer = closing(
    await openConnectPeer({
      async *watch() {
        yield note("a");
        await goOn.promise;
        yield note("b");
      },
    }),
  );
  const channel = closing(channelTo(peer.port));
  const messages = await answerOf(channel.start(one("watch")).end);
  expect(textOf((await messages.next()).value as never)).toBe("a");
  const retired = channel.retire();
  expect(await endOf(channel.start(one("unary")))).toMatchObject({ outcome: "rejected" });
  goOn.resolve();
  expect(textOf((await messages.next()).value as never)).toBe("b");
  expect((await messages.next()).done).toBe(true);
  await retired;
});

/** How a channel treats the source of a streamed request. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Note } from "./gen/kinds/kinds_pb.js";
import { answerOf, channelTo, endOf, many, note, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { openConnectPeer } from "./support/connect-peer.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";

const closing = closeAfterEach();
expectNothingUncaught();

/** Yields without end, and tells how often it was read and left. */
function endlessSource() {
  const counts = { read: 0, left: 0 };
  const left = Promise.withResolvers<void>();
  const messages: AsyncIterableIterator<Note> = {
    [Symbol.asyncIterator]: () => messages,
    next: async () => {
      counts.read++;
      return { done: false, value: note("x".repeat(100_000)) };
    },
    return: async () => {
      counts.left++;
      left.resolve();
      return { done: true, value: undefined };
    },
  };
  return { messages, counts, left: left.promise };
}

async function* failing(reason: unknown) {
  yield note("first");
  throw reason;
}

const patient = {
  async collect(requests: AsyncIterable<Note>) {
    for await (const _ of requests);
    return note("");
  },
  async *chat(requests: AsyncIterable<Note>) {
    for await (const { text } of requests) yield note(text);
  },
};

const hasty = {
  collect: async () => note("enough"),
  async *chat() {
    yield note("enough");
  },
};

test.each([
  { reason: new Error("disk full"), code: "Unknown", message: "disk full" },
  { reason: "disk full", code: "Unknown", message: "disk full" },
  {
    reason: new ConnectError("disk full", Code.DataLoss),
    code: "DataLoss",
    message: "disk full",
  },
])("a source that throws $reason ends the attempt as rejected, and is its cause", async (row) => {
  const peer = closing(await openConnectPeer(patient));
  const attempt = closing(channelTo(peer.port)).start(many("collect", failing(row.reason)));
  expect(await endOf(attempt)).toEqual({
    outcome: "rejected",
    code: row.code,
    message: `request not sent: ${row.message}`,
  });
  expect(await attempt.end).toHaveProperty("error.cause", row.reason);
});

test("a source that throws after the first answer breaks the stream", async () => {
  const peer = closing(await openConnectPeer(patient));
  const reason = new Error("disk full");
  const attempt = closing(channelTo(peer.port)).start(many("chat", failing(reason)));
  expect(await endOf(attempt)).toMatchObject({ message: "request not sent: disk full" });
});

test.each(["collect", "chat"] as const)(
  "a source is left, once, when the answer to %s comes before its end",
  async (method) => {
    const peer = closing(await openConnectPeer(hasty));
    const { messages, counts, left } = endlessSource();
    const end = await endOf(closing(channelTo(peer.port)).start(many(method, messages)));
    expect(JSON.stringify(end)).toContain("enough");
    await left;
    expect(counts.left).toBe(1);
  },
);

test("a source is left when the attempt is cancelled", async () => {
  const peer = closing(await openConnectPeer(patient));
  const { messages, left } = endlessSource();
  const attempt = closing(channelTo(peer.port)).start(many("collect", messages));
  attempt.cancel(new ConnectError("", Code.Canceled));
  await left;
  expect(await endOf(attempt)).toMatchObject({ outcome: "cancelled" });
});

test("a source is left when no connection can be opened", async () => {
  const peer = await openConnectPeer(patient);
  await peer.close();
  const { messages, counts, left } = endlessSource();
  const end = await endOf(closing(channelTo(peer.port)).start(many("collect", messages)));
  expect(end).toMatchObject({ outcome: "connect-failed" });
  await left;
  expect(counts).toEqual({ read: 0, left: 1 });
});

test("a source that hangs does not hold up an answer that comes before its end", async () => {
  const peer = closing(await openConnectPeer(hasty));
  async function* hanging() {
    yield note("first");
    await new Promise(() => {});
  }
  const end = await endOf(closing(channelTo(peer.port)).start(many("collect", hanging())));
  expect(end).toEqual({ text: "enough" });
});

test("a source is read no faster than the peer takes its messages", async () => {
  const stop = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  async function* chat(requests: AsyncIterable<Note>) {
    for await (const { text } of requests) {
      yield note(text.slice(0, 1));
      started.resolve();
      await stop.promise;
    }
  }
  const peer = closing(await openConnectPeer({ chat, unary: () => note("") }));
  const { messages, counts } = endlessSource();
  const channel = closing(channelTo(peer.port));
  const attempt = channel.start(many("chat", messages));
  const answers = await answerOf(attempt.end);
  await started.promise;
  for (let call = 0; call < 20; call++) await endOf(channel.start(one("unary"))); // time to go wrong
  expect(counts.read).toBeLessThan(100); // 1 MiB of window, and what pipes hold
  await answers.return?.();
  stop.resolve();
  await attempt.finished;
});

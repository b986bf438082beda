/** What is cancelled lets go at once, on this side and on the peer's. */
import { once } from "node:events";
import { Code, ConnectError } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { answerOf, channelTo, endOf, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { emptyMessage, openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

const whim = new ConnectError("no longer wanted", Code.Canceled);
const cancelled = { outcome: "cancelled", code: "Canceled", message: "no longer wanted" };

/** Waits until the peer has read what was sent so far. */
async function flushed(peer: PeerConnection, done: () => boolean): Promise<void> {
  while (!done()) await once(peer.socket, "data");
}

test("an attempt that waits for its connection ends as cancelled at once", async () => {
  const clock = new FakeClock();
  const peer = closing(await openScriptedPeer({ onConnection: () => {} }));
  const attempt = closing(channelTo(peer.port, { clock })).start(one("unary"));
  attempt.cancel(whim);
  expect(await endOf(attempt)).toEqual(cancelled);
});

test("cancelling one of two that wait for a connection leaves it to the other", async () => {
  const peer = closing(await openScriptedPeer({ onRequest: (to, id) => to.answer(id) }));
  const channel = closing(channelTo(peer.port));
  const [first, second] = [channel.start(one("unary")), channel.start(one("unary"))];
  first.cancel(whim);
  expect(await endOf(first)).toEqual(cancelled);
  expect(await endOf(second)).toEqual({ text: "" });
  expect(peer.connections.map(({ requests }) => requests.length)).toEqual([1]);
});

test.each(["unary", "watch", "collect"] as const)(
  "a %s attempt that waits for its answer ends as cancelled, and the peer is told",
  async (method) => {
    const peer = closing(await openScriptedPeer({ onRequest: () => attempt.cancel(whim) }));
    const attempt = closing(channelTo(peer.port)).start(one(method));
    expect(await endOf(attempt)).toEqual(cancelled);
    const [connection] = peer.connections as [PeerConnection];
    await flushed(connection, () => connection.resets.size > 0);
    expect([...connection.resets]).toEqual([[1, 8]]);
  },
);

test("a stream that is being read fails with the error it is cancelled with", async () => {
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => to.beginAnswer(id, emptyMessage) }),
  );
  const attempt = closing(channelTo(peer.port)).start(one("watch"));
  const messages = await answerOf(attempt.end);
  await messages.next();
  const next = messages.next();
  attempt.cancel(whim);
  await expect(next).rejects.toBe(whim);
  await attempt.finished;
});

test("a stream that nobody reads is finished once it is cancelled", async () => {
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => to.beginAnswer(id, new Uint8Array(5000)) }),
  );
  const attempt = closing(channelTo(peer.port)).start(one("watch"));
  await attempt.end;
  attempt.cancel(whim);
  await attempt.finished;
  const [connection] = peer.connections as [PeerConnection];
  await flushed(connection, () => connection.resets.size > 0);
  expect([...connection.resets]).toEqual([[1, 8]]);
});

test("leaving a stream cancels it, and it yields nothing more", async () => {
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => to.beginAnswer(id, new Uint8Array(5000)) }),
  );
  const attempt = closing(channelTo(peer.port)).start(one("watch"));
  const messages = await answerOf(attempt.end);
  await messages.return?.();
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  await attempt.finished;
  const [connection] = peer.connections as [PeerConnection];
  await flushed(connection, () => connection.resets.size > 0);
  expect([...connection.resets]).toEqual([[1, 8]]);
});

test("a stream that breaks the method's kind is cancelled, if the peer has not ended it", async () => {
  const twoMessages = new Uint8Array(10);
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => to.beginAnswer(id, twoMessages) }),
  );
  const end = await endOf(closing(channelTo(peer.port)).start(one("collect")));
  expect(end).toMatchObject({ outcome: "answered", code: "Unimplemented" });
  const [connection] = peer.connections as [PeerConnection];
  await flushed(connection, () => connection.resets.size > 0);
  expect([...connection.resets]).toEqual([[1, 8]]);
});

test("a good answer is not followed by a reset", async () => {
  const peer = closing(await openScriptedPeer({ onRequest: (to, id) => to.answer(id) }));
  const channel = closing(channelTo(peer.port));
  for (const method of ["unary", "watch", "collect", "unary"] as const)
    await endOf(channel.start(one(method)));
  expect(peer.connections.map(({ requests, resets }) => [requests.length, resets.size])).toEqual([
    [4, 0],
  ]);
});

test("cancelling after the end changes nothing", async () => {
  const peer = closing(await openScriptedPeer({ onRequest: (to, id) => to.answer(id) }));
  const attempt = closing(channelTo(peer.port)).start(one("unary"));
  expect(await endOf(attempt)).toEqual({ text: "" });
  attempt.cancel(whim);
  expect(await endOf(attempt)).toEqual({ text: "" });
});

test("closing the channel cancels what runs, and rejects what comes", async () => {
  const peer = closing(
    await openScriptedPeer({
      onRequest: (_to, id) => [() => {}, () => void channel.close()][Number(id === 5)]?.(),
    }),
  );
  const channel = channelTo(peer.port);
  const ends = (["unary", "watch", "collect"] as const).map((method) =>
    endOf(channel.start(one(method))),
  );
  expect(await Promise.all(ends)).toEqual(
    Array(3).fill({ outcome: "cancelled", code: "Canceled", message: "the channel was closed" }),
  );
  expect(await endOf(channel.start(one("unary")))).toEqual({
    outcome: "rejected",
    code: "Unavailable",
    message: "the client is closed",
  });
  await channel.close();
});

test("closing the channel ends the wait for its connection", async () => {
  const clock = new FakeClock();
  const peer = closing(await openScriptedPeer({ onConnection: () => {} }));
  const channel = channelTo(peer.port, { clock });
  const end = endOf(channel.start(one("unary")));
  await clock.advance(0);
  await channel.close();
  expect(await end).toMatchObject({ outcome: "rejected", code: "Unavailable" });
  expect(clock.pendingTimers).toBe(0);
});

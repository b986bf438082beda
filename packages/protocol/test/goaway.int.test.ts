/** Calls that cross with a GOAWAY are answered or refused, never lost; those after it use a new connection. */
import { channelTo, endOf, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { frameTypes, goawayFrame, rawFrame } from "./support/frames.js";
import { openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

const answered = { text: "" };
const refused = expect.objectContaining({ outcome: "refused", code: "Unavailable" });
/** Both at once, so that they are read at once. */
const onConnection = (peer: PeerConnection) =>
  peer.write(rawFrame(frameTypes.settings, 0, 0, new Uint8Array()), goawayFrame(0, 0));
const maxStreamId = 2 ** 31 - 1;

/** Answers the first `taken` requests; sends `goaway` after the last of them, and drops those that follow. */
function answerUpTo(taken: number, goaway: (peer: PeerConnection, lastId: number) => void) {
  const acts = Array.from({ length: taken }, (_, index) => (peer: PeerConnection, id: number) => {
    peer.answer(id);
    if (index === taken - 1) goaway(peer, id);
  });
  return (peer: PeerConnection, id: number) => acts.shift()?.(peer, id);
}

test.each<{ kind: string; goaway: (peer: PeerConnection, lastId: number) => void }>([
  { kind: "one GOAWAY", goaway: (peer, lastId) => peer.goaway(lastId, 0) },
  {
    kind: "a warning and a GOAWAY",
    goaway: (peer, lastId) => {
      peer.goaway(maxStreamId, 0);
      peer.goaway(lastId, 0);
    },
  },
])("$kind in the midst of 50 calls lets 10 of them finish and refuses 40", async ({ goaway }) => {
  const peer = closing(await openScriptedPeer({ onRequest: answerUpTo(10, goaway) }));
  const channel = closing(channelTo(peer.port));
  const ends = await Promise.all(
    Array.from({ length: 50 }, () => endOf(channel.start(one("unary")))),
  );
  expect(ends).toEqual([...Array(10).fill(answered), ...Array(40).fill(refused)]);
  expect(peer.connections).toHaveLength(1);
});

test("calls after a GOAWAY share one new connection, and the old one serves its call", async () => {
  const acts = [() => {}, (to: PeerConnection) => to.goaway(1, 0)];
  const answer = (to: PeerConnection, id: number) => to.answer(id);
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => (acts.shift() ?? answer)(to, id) }),
  );
  const channel = closing(channelTo(peer.port));
  const old = endOf(channel.start(one("unary")));
  expect(await endOf(channel.start(one("unary")))).toEqual(refused);
  const ends = Array.from({ length: 20 }, () => endOf(channel.start(one("unary"))));
  expect(await Promise.all(ends)).toEqual(Array(20).fill(answered));
  expect(peer.connections.map(({ requests }) => requests.length)).toEqual([2, 20]);
  peer.connections[0]?.answer(1);
  expect(await old).toEqual(answered);
});

test("a call at the moment of a GOAWAY on an idle connection is answered or refused, 25 times", async () => {
  const peer = closing(await openScriptedPeer({ onRequest: (to, id) => to.answer(id) }));
  const channel = closing(channelTo(peer.port));
  for (let turn = 0; turn < 25; turn++) {
    expect(await endOf(channel.start(one("unary")))).toEqual(answered);
    const current = peer.connections.at(-1) as PeerConnection;
    current.goaway(current.requests.at(-1) ?? 0, 0);
    current.socket.end();
    const crossing = await endOf(channel.start(one("unary")));
    expect([answered, { ...crossing, outcome: "refused" }]).toContainEqual(crossing);
  }
  expect(peer.connections.length).toBeGreaterThanOrEqual(25);
});

const sentAway = { outcome: "connect-failed", code: "Unavailable" };

test("a peer that sends each connection away has seen no request", async () => {
  const peer = closing(await openScriptedPeer({ onConnection }));
  expect(await endOf(closing(channelTo(peer.port)).start(one("unary")))).toMatchObject(sentAway);
});

test("many calls that wait for a connection which goes away share it", async () => {
  const peer = closing(await openScriptedPeer({ onConnection }));
  const channel = closing(channelTo(peer.port));
  const ends = await Promise.all(
    Array.from({ length: 100 }, () => endOf(channel.start(one("unary")))),
  );
  expect(ends).toMatchObject(Array(100).fill(sentAway));
  expect(peer.connections.length).toBe(1);
});

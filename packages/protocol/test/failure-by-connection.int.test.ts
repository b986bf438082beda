/** What an attempt says of itself when its connection cannot be opened, or breaks. */
import { once } from "node:events";
import { createServer } from "node:net";
import { FakeClock } from "@thrice/core/testing";
import { answerOf, channelTo, endOf, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { frameTypes, goawayFrame, rawFrame } from "./support/frames.js";
import {
  emptyMessage,
  openScriptedPeer,
  type PeerConnection,
  type PeerScript,
} from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function attempt(method: "unary" | "watch" | "collect", script: PeerScript) {
  const peer = closing(await openScriptedPeer(script));
  return closing(channelTo(peer.port)).start(one(method));
}

const settings = rawFrame(frameTypes.settings, 0, 0, new Uint8Array());
/** A length that no frame may have. */
const garbage = Buffer.alloc(64, 0xff);
const dataOnNoStream = rawFrame(frameTypes.data, 0, 0, new Uint8Array(4));

describe.each(["unary", "watch", "collect"] as const)("an attempt at %s", (method) => {
  test("ends as connect-failed where nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    expect(await endOf(closing(channelTo(port)).start(one(method)))).toEqual({
      outcome: "connect-failed",
      code: "Unavailable",
      message: `cannot connect to 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  test.each(["nonexistent.invalid", "not a name"])(
    "ends as connect-failed if there is no host %j",
    async (host) => {
      const channel = closing(channelTo(1, {}, host));
      expect(await endOf(channel.start(one(method)))).toEqual({
        outcome: "connect-failed",
        code: "Unavailable",
        message: expect.stringContaining(`cannot connect to ${host}:1: getaddrinfo`),
      });
    },
  );

  test.each<{ event: string; act: (peer: PeerConnection) => void; why: RegExp }>([
    {
      event: "accepts and closes",
      act: ({ socket }) => socket.end(),
      why: /closed/,
    },
    {
      event: "accepts and resets",
      act: ({ socket }) => socket.resetAndDestroy(),
      why: /ECONNRESET|closed/,
    },
    {
      event: "speaks HTTP/1.1",
      act: ({ socket }) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      why: /does not speak HTTP\/2/,
    },
    {
      event: "sends garbage",
      act: ({ socket }) => socket.write(garbage),
      why: /does not speak HTTP\/2/,
    },
  ])("ends as connect-failed at a peer that $event", async ({ act, why }) => {
    expect(await endOf(await attempt(method, { onConnection: act }))).toEqual({
      outcome: "connect-failed",
      code: "Unavailable",
      message: expect.stringMatching(why),
    });
  });

  test.each<{ event: string; act: (peer: PeerConnection) => void }>([
    {
      event: "garbage",
      act: (peer) => peer.socket.write(Buffer.concat([settings, garbage])),
    },
    {
      event: "a frame that breaks the protocol",
      act: (peer) => peer.socket.write(Buffer.concat([settings, dataOnNoStream])),
    },
    {
      event: "GOAWAY(INTERNAL_ERROR)",
      act: (peer) => peer.socket.write(Buffer.concat([settings, goawayFrame(0, 2)])),
    },
    {
      event: "its farewell",
      act: (peer) => peer.socket.end(settings),
    },
  ])("fails as unavailable at a peer that sends its SETTINGS and $event", async ({ act }) => {
    expect(await endOf(await attempt(method, { onConnection: act }))).toMatchObject({
      outcome: expect.stringMatching(/connect-failed|connection-lost|refused/),
      code: "Unavailable",
    });
  });

  test("ends as connect-failed when connectTimeoutMs is over and the peer is silent", async () => {
    const clock = new FakeClock();
    const peer = closing(await openScriptedPeer({ onConnection: () => {} }));
    const channel = closing(channelTo(peer.port, { clock, connectTimeoutMs: 1000 }));
    const end = endOf(channel.start(one(method)));
    const ended = end.then(() => "ended");
    await clock.advance(999);
    expect(await Promise.race([ended, "under way"])).toBe("under way");
    await clock.advance(1);
    expect(await end).toEqual({
      outcome: "connect-failed",
      code: "Unavailable",
      message: expect.stringContaining("no answer within connectTimeoutMs 1000"),
    });
  });

  test.each<{ event: string; act: (peer: PeerConnection, streamId: number) => void }>([
    {
      event: "ends the connection",
      act: ({ socket }) => socket.end(),
    },
    {
      event: "drops the connection",
      act: ({ socket }) => socket.destroy(),
    },
    {
      event: "resets the connection",
      act: ({ socket }) => socket.resetAndDestroy(),
    },
    {
      event: "says GOAWAY(INTERNAL_ERROR)",
      act: (peer, id) => peer.goaway(id, 2),
    },
    {
      event: "says GOAWAY(ENHANCE_YOUR_CALM)",
      act: (peer, id) => peer.goaway(id, 11),
    },
    {
      event: "says GOAWAY, and closes before the answer",
      act: (peer, id) => {
        peer.goaway(id, 0);
        peer.socket.end();
      },
    },
    {
      event: "sends garbage",
      act: ({ socket }) => socket.write(garbage),
    },
    {
      event: "breaks the protocol",
      act: ({ socket }) => socket.write(dataOnNoStream),
    },
    {
      event: "ends the connection within an answer",
      act: (peer, id) => {
        peer.beginAnswer(id, emptyMessage.subarray(1));
        peer.socket.end();
      },
    },
    {
      event: "resets the connection within an answer",
      act: (peer, id) => {
        peer.beginAnswer(id, emptyMessage.subarray(1));
        peer.socket.resetAndDestroy();
      },
    },
    {
      event: "ends the connection between the header and the answer",
      act: (peer, id) => {
        peer.beginAnswer(id, new Uint8Array());
        peer.socket.end();
      },
    },
  ])("ends as connection-lost when the peer $event", async ({ act }) => {
    expect(await endOf(await attempt(method, { onRequest: act }))).toEqual({
      outcome: "connection-lost",
      code: "Unavailable",
      message: expect.stringMatching(/^connection to 127\.0\.0\.1:\d+ lost: ./),
    });
  });

  test.each([0, 2, 11])("ends as refused when GOAWAY(%d) leaves it out", async (code) => {
    const onRequest = (peer: PeerConnection) => peer.goaway(0, code);
    expect(await endOf(await attempt(method, { onRequest }))).toEqual({
      outcome: "refused",
      code: "Unavailable",
      message: expect.stringContaining("going away"),
    });
  });

  test("completes on a connection that has said GOAWAY", async () => {
    const onRequest = (peer: PeerConnection, id: number) => {
      peer.goaway(id, 0);
      peer.answer(id);
    };
    const end = await (await attempt(method, { onRequest })).end;
    expect(end).toMatchObject({ ok: true });
  });
});

test.each<{ event: string; act: (peer: PeerConnection | undefined) => void }>([
  { event: "ended", act: (peer) => peer?.socket.end() },
  { event: "reset", act: (peer) => peer?.socket.resetAndDestroy() },
])("a stream whose connection is $event after the first message breaks", async ({ act }) => {
  const peer = closing(
    await openScriptedPeer({ onRequest: (to, id) => to.beginAnswer(id, emptyMessage) }),
  );
  const { end, finished } = closing(channelTo(peer.port)).start(one("watch"));
  const messages = await answerOf(end);
  await messages.next();
  act(peer.connections[0]);
  await expect(messages.next()).rejects.toMatchObject({
    outcome: "connection-lost",
    message: expect.stringContaining("[unavailable]"),
  });
  await finished;
});

/** What an attempt says of itself when the peer resets its stream. */
import { Code } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { answerOf, channelTo, endOf, many, notes, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { emptyMessage, openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

type Answer = (connection: PeerConnection, streamId: number) => void;

async function attempt(method: "unary" | "watch" | "collect", onRequest: Answer) {
  const peer = closing(await openScriptedPeer({ onRequest }));
  return closing(channelTo(peer.port, { maxReceiveBytes: 1024 })).start(one(method));
}

const resets = [
  { name: "NO_ERROR", code: 0, outcome: "answered", status: "Internal" },
  { name: "PROTOCOL_ERROR", code: 1, outcome: "answered", status: "Internal" },
  { name: "INTERNAL_ERROR", code: 2, outcome: "answered", status: "Internal" },
  { name: "CANCEL", code: 8, outcome: "answered", status: "Canceled" },
  { name: "ENHANCE_YOUR_CALM", code: 11, outcome: "answered", status: "ResourceExhausted" },
  { name: "INADEQUATE_SECURITY", code: 12, outcome: "answered", status: "PermissionDenied" },
];

test.each(["watch", "chat"] as const)(
  "an attempt at %s that the peer cancels in mid-answer, when its time is up, has exceeded its deadline",
  async (method) => {
    const clock = new FakeClock();
    let cancel = () => {};
    const onRequest: Answer = (connection, id) => {
      connection.beginAnswer(id, emptyMessage);
      cancel = () => connection.reset(id, 8);
    };
    const { port } = closing(await openScriptedPeer({ onRequest }));
    const channel = closing(channelTo(port, { clock }));
    const request = method === "chat" ? many("chat", notes("x")) : one("watch");
    const answers = await answerOf(channel.start({ ...request, timeoutMs: 100 }).end);
    await answers.next();
    await clock.advance(100);
    const failed = answers.next();
    cancel();
    await expect(failed).rejects.toMatchObject({
      code: Code.DeadlineExceeded,
      rawMessage: expect.stringContaining("cancelled the stream at its deadline"),
    });
  },
);

describe.each(["unary", "watch", "collect"] as const)("an attempt at %s", (method) => {
  test.each(resets)("reset with $name ends as $outcome, $status", async ({ name, ...row }) => {
    const end = await endOf(await attempt(method, (peer, id) => peer.reset(id, row.code)));
    expect(end).toEqual({
      outcome: row.outcome,
      code: row.status,
      message: expect.stringContaining(`reset the stream (${name})`),
    });
  });

  test("reset with REFUSED_STREAM ends as refused, Unavailable", async () => {
    const end = await endOf(await attempt(method, (peer, id) => peer.reset(id, 7)));
    expect(end).toEqual({
      outcome: "refused",
      code: "Unavailable",
      message: expect.stringContaining("refused the stream"),
    });
  });

  test.each(resets.slice(1))("reset with $name in mid-answer ends as $status", async (row) => {
    const end = await endOf(
      await attempt(method, (peer, id) => {
        peer.beginAnswer(id, new Uint8Array(3));
        peer.reset(id, row.code);
      }),
    );
    expect(end).toMatchObject({ code: row.status });
  });

  test("reset with NO_ERROR in mid-answer ends as answered, with an error", async () => {
    const end = await endOf(
      await attempt(method, (peer, id) => {
        peer.beginAnswer(id, emptyMessage.subarray(1));
        peer.reset(id, 0);
      }),
    );
    expect(end).toMatchObject({ outcome: "answered", code: expect.stringMatching(/Inv|Internal/) });
  });
});

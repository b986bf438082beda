/** Whether an attempt that failed tells that headers of an answer had come: gRPC's A6 repeats it only if none had. */
import { channelTo, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { headersFrame } from "./support/frames.js";
import { goodHeader, openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

const status = { "grpc-status": "14", "grpc-message": "down" };

describe.each(["unary", "watch", "collect"] as const)("a failed attempt at %s", (method) => {
  test.each<{ title: string; answer: (peer: PeerConnection, id: number) => void; had?: true }>([
    {
      title: "by a status alone",
      answer: (peer, id) => peer.answerHeader(id, { ...goodHeader, ...status }),
    },
    { title: "by HTTP 503", answer: (peer, id) => peer.answerHeader(id, { ":status": "503" }) },
    { title: "by a reset before any answer", answer: (peer, id) => peer.reset(id, 2) },
    {
      title: "by a status after headers",
      answer: (peer, id) =>
        peer.write(headersFrame(id, goodHeader), headersFrame(id, status, { last: true })),
      had: true,
    },
    {
      title: "by a reset after headers",
      answer: (peer, id) => {
        peer.write(headersFrame(id, goodHeader));
        peer.reset(id, 2);
      },
      had: true,
    },
  ])("$title says so: $had", async ({ answer, had }) => {
    const peer = closing(await openScriptedPeer({ onRequest: answer }));
    const attempt = closing(channelTo(peer.port)).start(one(method));
    const end = await attempt.end;
    expect(end).toMatchObject({ ok: false });
    expect("hadHeaders" in end ? end.hadHeaders : undefined).toBe(had);
    await attempt.finished;
  });
});

/** What an attempt says of itself when the peer answers badly on a good connection. */
import { Code } from "@connectrpc/connect";
import { BusinessError } from "@thrice/core";
import type { AttemptEnd } from "@thrice/core/testing";
import { answerOf, channelTo, endOf, one, textOf } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { dataFrame, headersFrame } from "./support/frames.js";
import {
  emptyMessage,
  goodHeader,
  openScriptedPeer,
  type PeerConnection,
} from "./support/scripted-peer.js";

const closing = closeAfterEach();
expectNothingUncaught();

type Answer = (connection: PeerConnection, streamId: number) => void;

async function attempt(method: "unary" | "watch" | "collect", onRequest: Answer) {
  const peer = closing(await openScriptedPeer({ onRequest }));
  return closing(channelTo(peer.port, { maxReceiveBytes: 1024 })).start(one(method));
}

const soldOut = {
  ok: false,
  outcome: "answered",
  error: { code: Code.Unknown, rawMessage: "sold out" },
};

function isBusiness(end: AttemptEnd): boolean {
  return !end.ok && BusinessError.is(end.error);
}

describe.each(["unary", "watch", "collect"] as const)("an attempt at %s", (method) => {
  test.each([
    {
      event: "HTTP 503 without a gRPC status",
      header: { ":status": "503", "content-type": "text/plain" },
      code: "Unavailable",
      message: "HTTP 503",
    },
    {
      event: "HTTP 404",
      header: { ":status": "404" },
      code: "Unimplemented",
      message: "HTTP 404",
    },
    {
      event: "a content type that is not gRPC's",
      header: { ":status": "200", "content-type": "text/html" },
      code: "Unknown",
      message: expect.stringContaining("content-type text/html"),
    },
    {
      event: "no content type",
      header: { ":status": "200" },
      code: "Unknown",
      message: expect.stringContaining("no content-type"),
    },
    {
      event: "a grpc-message that is not well encoded",
      header: { ...goodHeader, "grpc-status": "14", "grpc-message": "100%" },
      code: "Unavailable",
      message: "100%",
    },
    {
      event: "a well encoded grpc-message",
      header: { ...goodHeader, "grpc-status": "5", "grpc-message": "%E4%BD%A0 100%25" },
      code: "NotFound",
      message: "你 100%",
    },
    {
      event: "a status that nobody knows",
      header: { ...goodHeader, "grpc-status": "99", "grpc-message": "odd" },
      code: "Unknown",
      message: "odd",
    },
    {
      event: "a status that is no number",
      header: { ...goodHeader, "grpc-status": "bad", "grpc-message": "odd" },
      code: "Unknown",
      message: "odd",
    },
    {
      event: "details that cannot be read",
      header: { ...goodHeader, "grpc-status": "14", "grpc-status-details-bin": "!!!!" },
      code: "Unavailable",
      message: "",
    },
    {
      event: "details that say ok against the status",
      header: { ...goodHeader, "grpc-status": "14", "grpc-status-details-bin": "CAA" },
      code: "Unavailable",
      message: "",
    },
  ])("answered with $event ends as answered, $code", async ({ header, code, message }) => {
    const end = await endOf(await attempt(method, (peer, id) => peer.answerHeader(id, header)));
    expect(end).toEqual({ outcome: "answered", code, message });
  });

  test.each([
    { details: "without details", more: {} },
    // google.rpc.Status { code: 17, message: "sold out" }
    { details: "with details", more: { "grpc-status-details-bin": "CBESCHNvbGQgb3V0" } },
  ])("answered with status 17 $details ends as a business error", async ({ more }) => {
    const header = { "grpc-status": "17", "grpc-message": "sold%20out", ...more };
    const { end } = await attempt(method, (peer, id) =>
      peer.answerHeader(id, { ...goodHeader, ...header }),
    );
    expect(await end).toMatchObject(soldOut);
    expect(isBusiness(await end)).toBe(true);
  });

  test("answered in the trailers with status 17 ends as a business error", async () => {
    const trailers = { "grpc-status": "17", "grpc-message": "sold%20out" };
    const { end } = await attempt(method, (peer, id) =>
      peer.write(headersFrame(id, goodHeader), headersFrame(id, trailers, { last: true })),
    );
    expect(await end).toMatchObject(soldOut);
    expect(isBusiness(await end)).toBe(true);
  });

  test("answered without trailers fails as answered, Internal", async () => {
    const end = await endOf(
      await attempt(method, (peer, id) =>
        peer.write(headersFrame(id, goodHeader), dataFrame(id, new Uint8Array(), { last: true })),
      ),
    );
    expect(end).toEqual({
      outcome: "answered",
      code: "Internal",
      message: expect.stringContaining("ended its answer without a status"),
    });
  });

  test("answered with what is no message of its type ends as answered, Internal", async () => {
    const wrong = Buffer.from([0, 0, 0, 0, 2, 0x0a, 5]);
    const running = await attempt(method, (peer, id) => {
      peer.beginAnswer(id, wrong);
      peer.write(headersFrame(id, { "grpc-status": "0" }, { last: true }));
    });
    const message = "the answer cannot be decoded";
    expect(await endOf(running)).toEqual({ outcome: "answered", code: "Internal", message });
  });

  test("answered with a message above maxReceiveBytes ends as rejected", async () => {
    const tooLarge = Buffer.from([0, 0, 0, 4, 1]);
    const end = await endOf(await attempt(method, (peer, id) => peer.beginAnswer(id, tooLarge)));
    expect(end).toMatchObject({ outcome: "rejected", code: "ResourceExhausted" });
  });

  test("that the peer itself ends with ResourceExhausted counts as answered", async () => {
    const header = { ...goodHeader, "grpc-status": "8" };
    const end = await endOf(await attempt(method, (peer, id) => peer.answerHeader(id, header)));
    expect(end).toMatchObject({ outcome: "answered", code: "ResourceExhausted" });
  });
});

test.each(["unary", "collect"] as const)("status ok without a message fails %s", async (method) => {
  const header = { ...goodHeader, "grpc-status": "0" };
  const end = await endOf(await attempt(method, (peer, id) => peer.answerHeader(id, header)));
  expect(end).toMatchObject({ outcome: "answered", message: expect.stringContaining("message") });
});

test("status ok without a message is an empty stream", async () => {
  const header = { ...goodHeader, "grpc-status": "0" };
  const end = await endOf(await attempt("watch", (peer, id) => peer.answerHeader(id, header)));
  expect(end).toEqual({ texts: [] });
});

test.each(["unary", "collect"] as const)("two messages fail %s", async (method) => {
  const end = await endOf(
    await attempt(method, (peer, id) => {
      peer.beginAnswer(id, new Uint8Array(10));
      peer.write(headersFrame(id, { "grpc-status": "0" }, { last: true }));
    }),
  );
  expect(end).toMatchObject({ outcome: "answered", code: "Unimplemented" });
});

test("status 17 after the first message breaks the stream with a business error", async () => {
  const { end } = await attempt("watch", (peer, id) => {
    peer.beginAnswer(id, emptyMessage);
    peer.write(headersFrame(id, { "grpc-status": "17", "grpc-message": "gone" }, { last: true }));
  });
  const messages = await answerOf(end);
  expect(textOf((await messages.next()).value)).toBe("");
  const reason = await messages.next().catch((error: unknown) => error);
  expect(BusinessError.is(reason)).toBe(true);
  expect(reason).toMatchObject({ rawMessage: "gone" });
});

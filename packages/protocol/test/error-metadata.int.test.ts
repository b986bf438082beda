/** What the error of an attempt has as metadata: all that the peer sent, before its status and with it. */
import { ConnectError } from "@connectrpc/connect";
import { channelTo, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { headersFrame } from "./support/frames.js";
import { goodHeader, openScriptedPeer, type PeerConnection } from "./support/scripted-peer.js";

const closing = closeAfterEach();

async function failureOf(
  method: "unary" | "watch" | "collect",
  header: Record<string, string>,
  trailer: Record<string, string>,
) {
  const onRequest = (connection: PeerConnection, id: number) =>
    connection.write(
      headersFrame(id, { ...goodHeader, ...header }),
      headersFrame(id, trailer, { last: true }),
    );
  const { port } = closing(await openScriptedPeer({ onRequest }));
  const end = await closing(channelTo(port)).start(one(method)).end;
  return end.ok ? undefined : end;
}

describe.each(["unary", "watch", "collect"] as const)("a failed attempt at %s", (method) => {
  test("tells the header as well as the trailer", async () => {
    const failure = await failureOf(
      method,
      { "x-header": "1", "x-both": "2" },
      { "grpc-status": "5", "x-trailer": "3", "x-both": "4" },
    );
    const { metadata } = ConnectError.from(failure?.error);
    const names = ["x-header", "x-trailer", "x-both"];
    expect(names.map((name) => metadata.get(name))).toEqual(["1", "3", "4, 2"]);
  });

  test("believes of its status only what comes with it", async () => {
    const failure = await failureOf(
      method,
      { "grpc-status": "5", "grpc-retry-pushback-ms": "7", "thrice-business-error": "1" },
      { "grpc-status": "8" },
    );
    expect(failure).toMatchObject({
      outcome: "answered",
      error: { name: "ConnectError", code: 8 },
    });
    expect(failure?.pushback).toBeUndefined();
    expect([...ConnectError.from(failure?.error).metadata.keys()]).not.toContain(
      "thrice-business-error",
    );
  });
});

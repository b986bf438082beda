import { Http2ClientConnection } from "./client-connection.js";
import { ErrorCode } from "./error-code.js";
import { clientWithRawServer, getRequest, postRequest } from "./testing/connections.js";
import {
  data,
  frame,
  goaway,
  headers,
  pipe,
  rstStream,
  settings,
  settingsAck,
  settle,
  uint32,
} from "./testing/raw-peer.js";
import { RecordingSink } from "./testing/recording-sink.js";

const ok = [":status", "200"];

function start(options = {}, endStream = true) {
  const parts = clientWithRawServer(options);
  const sink = new RecordingSink();
  const stream = parts.client.request(endStream ? getRequest : postRequest, [], sink, endStream);
  return { ...parts, sink, stream };
}

describe("how a stream ends", () => {
  test("completed when the server wants no more of the request after a full answer", async () => {
    const { peer, sink } = start({}, false);
    peer.open();
    peer.send(headers(1, ok, true), rstStream(1, ErrorCode.NO_ERROR));
    expect(await sink.ended).toEqual({ kind: "completed" });
  });

  test.each([ErrorCode.NO_ERROR, ErrorCode.REFUSED_STREAM, ErrorCode.CANCEL, 0xdead])(
    "reset by peer with code %i",
    async (code) => {
      const { peer, sink } = start();
      peer.open();
      peer.send(rstStream(1, code));
      expect(await sink.ended).toEqual({ kind: "reset-by-peer", code });
    },
  );

  test("unprocessed above the last stream of a GOAWAY, while those below complete", async () => {
    const { client, peer, sink, listener } = start();
    const later = new RecordingSink();
    client.request(getRequest, [], later, true);
    peer.open();
    peer.send(goaway(1, 0, "bye"));
    expect(await later.ended).toEqual({ kind: "unprocessed", code: 0, debug: "bye" });
    const refused = new RecordingSink();
    client.request(getRequest, [], refused, true);
    expect(await refused.ended).toEqual({ kind: "not-started", reason: "closing" });
    peer.send(headers(1, ok, true));
    expect(await sink.ended).toEqual({ kind: "completed" });
    await listener.closed;
    expect(listener.log).toEqual(["settings", "goaway 0 1 bye", "close goaway"]);
  });

  test("two-step GOAWAY: the second one names the streams that were not processed", async () => {
    const { client, peer, sink } = start();
    peer.open();
    peer.send(goaway(0x7fffffff, 0));
    await settle();
    expect(client.isOpen).toBe(false);
    expect(sink.end).toBeUndefined();
    peer.send(goaway(0, 0));
    expect(await sink.ended).toMatchObject({ kind: "unprocessed" });
  });

  test("goaway when the connection goes down after a GOAWAY that may include the stream", async () => {
    const { peer, sink, listener } = start();
    peer.open();
    peer.send(goaway(1, ErrorCode.INTERNAL_ERROR, "oops"));
    await settle();
    peer.socket.end();
    const end = { kind: "goaway", code: ErrorCode.INTERNAL_ERROR, debug: "oops" };
    expect(await sink.ended).toEqual(end);
    expect(await listener.closed).toEqual(end);
  });

  test("connection lost after sending", async () => {
    const { peer, sink } = start();
    await peer.next("HEADERS");
    peer.socket.end();
    expect(await sink.ended).toEqual({ kind: "connection-lost", sent: true });
  });

  test("connection lost before a byte of the stream was handed over", async () => {
    const { client, socket } = clientWithRawServer();
    await settle();
    const sink = new RecordingSink();
    client.request(getRequest, [], sink, true);
    socket.destroy(new Error("cable cut"));
    expect(await sink.ended).toEqual({
      kind: "connection-lost",
      sent: false,
      error: new Error("cable cut"),
    });
  });

  test("connection lost on a socket that never connected counts as not sent", async () => {
    const [near] = pipe();
    const client = new Http2ClientConnection(Object.assign(near, { connecting: true }));
    const sink = new RecordingSink();
    client.request(getRequest, [], sink, true);
    await settle();
    near.destroy(new Error("refused"));
    expect(await sink.ended).toMatchObject({ kind: "connection-lost", sent: false });
  });

  test("not started on a connection that is closed, or a socket destroyed before", async () => {
    const { client } = clientWithRawServer();
    client.destroy();
    const sink = new RecordingSink();
    const stream = client.request(getRequest, [], sink, true);
    expect(stream.sendData(Buffer.alloc(1), true)).toBe(false);
    expect(await sink.ended).toEqual({ kind: "not-started", reason: "closed" });
    const [near] = pipe();
    near.destroy();
    expect(new Http2ClientConnection(near).isOpen).toBe(false);
  });

  test("closed here by a reset, at once, and late frames of the peer do no harm", async () => {
    const { client, peer, sink, stream, listener } = start();
    peer.open();
    await settle();
    stream.reset(ErrorCode.CANCEL);
    expect(sink.end).toMatchObject({ kind: "closed-here", code: ErrorCode.CANCEL });
    peer.send(headers(1, ok), data(1, "late"), headers(1, ["a", "b"], true), rstStream(1, 0));
    expect(await peer.resetCode(1)).toBe(ErrorCode.CANCEL);
    await settle();
    expect(listener.end).toBeUndefined();
    expect(client.isOpen).toBe(true);
  });

  test("closed here with the whole connection", async () => {
    const { client, sink } = start();
    client.destroy(ErrorCode.INTERNAL_ERROR, "enough");
    expect(sink.end).toEqual({
      kind: "closed-here",
      code: ErrorCode.INTERNAL_ERROR,
      reason: "enough",
    });
  });

  test("a sink that throws ends its own stream and no other", async () => {
    const { client, peer, sink, listener } = start();
    const other = new RecordingSink();
    client.request(getRequest, [], other, true);
    const mistake = new Error("mistake");
    sink.onBytes = () => {
      throw mistake;
    };
    peer.open();
    peer.send(headers(1, ok), data(1, "x", true), headers(3, ok, true));
    expect(await sink.ended).toMatchObject({
      kind: "closed-here",
      code: ErrorCode.INTERNAL_ERROR,
      error: mistake,
    });
    expect(await other.ended).toEqual({ kind: "completed" });
    expect(listener.thrown).toEqual([mistake]);
  });

  test.each([
    { what: "DATA before HEADERS", parts: [data(1, "x")] },
    { what: "a response without a status", parts: [headers(1, ["a", "b"])] },
    { what: "a status that is no number", parts: [headers(1, [":status", "ok"])] },
    { what: "status 101", parts: [headers(1, [":status", "101"])] },
    { what: "a 1xx response that ends the stream", parts: [headers(1, [":status", "100"], true)] },
    { what: "a request's pseudo-header field", parts: [headers(1, [...ok, ":path", "/"])] },
    { what: "a capital in a name", parts: [headers(1, [...ok, "A", "b"])] },
    { what: "a line break in a value", parts: [headers(1, [...ok, "a", "b\nc"])] },
    { what: "a connection field", parts: [headers(1, [...ok, "connection", "close"])] },
    {
      what: "trailers that do not end the stream",
      parts: [headers(1, ok), headers(1, ["a", "b"])],
    },
    { what: "a pseudo-header field in trailers", parts: [headers(1, ok), headers(1, ok, true)] },
    {
      what: "more content than announced",
      parts: [headers(1, [...ok, "content-length", "1"]), data(1, "ab")],
    },
    {
      what: "less content than announced",
      parts: [headers(1, [...ok, "content-length", "3"]), data(1, "ab", true)],
    },
    {
      what: "trailers before the content announced",
      parts: [headers(1, [...ok, "content-length", "3"]), headers(1, ["a", "b"], true)],
    },
    { what: "a window update of 0", parts: [frame(8, 0, 1, uint32(0))] },
  ])("violated by the peer: $what", async ({ parts }) => {
    const { client, peer, sink } = start();
    peer.open();
    peer.send(...parts);
    expect(await sink.ended).toMatchObject({
      kind: "peer-violation",
      scope: "stream",
      code: ErrorCode.PROTOCOL_ERROR,
    });
    expect(await peer.resetCode(1)).toBe(ErrorCode.PROTOCOL_ERROR);
    expect(client.isOpen).toBe(true);
  });

  test("violated by the peer on the connection: everything ends", async () => {
    const { peer, sink, listener } = start();
    peer.send(settings(), settingsAck, frame(5, 4, 1, [0, 0, 0, 2, 0x88]));
    expect(await sink.ended).toMatchObject({
      kind: "peer-violation",
      scope: "connection",
      code: ErrorCode.PROTOCOL_ERROR,
    });
    expect(await peer.goawayCode()).toBe(ErrorCode.PROTOCOL_ERROR);
    expect(listener.end?.kind).toBe("peer-violation");
  });
});

import { ErrorCode } from "../error-code.js";
import { Http2ServerConnection } from "../server-connection.js";
import { clientWithRawServer, getRequest, serverWithRawClient } from "../testing/connections.js";
import {
  data,
  frame,
  getFields,
  goaway,
  headers,
  literalBlock,
  pipe,
  RawPeer,
  rstStream,
  settings,
  settle,
  uint32,
  windowUpdate,
} from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";

const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, COMPRESSION_ERROR, STREAM_CLOSED, FLOW_CONTROL_ERROR } =
  ErrorCode;
const open = headers(1, getFields);
const whole = headers(1, getFields, true);

describe("what a client does wrong on the connection is answered with GOAWAY and the code of RFC 9113", () => {
  test.each([
    { what: "DATA on stream 0", parts: [data(0, "x")], code: PROTOCOL_ERROR },
    { what: "DATA on an idle stream", parts: [data(1, "x")], code: PROTOCOL_ERROR },
    {
      what: "DATA inside a header block",
      parts: [frame(1, 0, 1, literalBlock(getFields)), data(1, "x")],
      code: PROTOCOL_ERROR,
    },
    { what: "HEADERS on stream 0", parts: [headers(0, getFields)], code: PROTOCOL_ERROR },
    { what: "HEADERS on an even stream", parts: [headers(2, getFields)], code: PROTOCOL_ERROR },
    {
      what: "HEADERS on a closed stream",
      parts: [whole, rstStream(1, 8), whole],
      code: STREAM_CLOSED,
    },
    {
      what: "HEADERS below the last stream",
      parts: [headers(5, getFields), headers(3, getFields)],
      code: STREAM_CLOSED,
    },
    {
      what: "DATA on a stream that its client reset",
      parts: [open, rstStream(1, 8), data(1, "x")],
      code: STREAM_CLOSED,
    },
    {
      what: "HEADERS padded beyond the end",
      parts: [frame(1, 0xc, 1, [9, 0x82])],
      code: PROTOCOL_ERROR,
    },
    {
      what: "HEADERS without room for its priority",
      parts: [frame(1, 0x24, 1, [0, 0])],
      code: FRAME_SIZE_ERROR,
    },
    {
      what: "a block that cannot be decoded",
      parts: [frame(1, 4, 1, [0xff, 0xff])],
      code: COMPRESSION_ERROR,
    },
    {
      what: "PRIORITY on stream 0",
      parts: [frame(2, 0, 0, Buffer.alloc(5))],
      code: PROTOCOL_ERROR,
    },
    { what: "RST_STREAM on stream 0", parts: [rstStream(0, 8)], code: PROTOCOL_ERROR },
    { what: "RST_STREAM on an idle stream", parts: [rstStream(1, 8)], code: PROTOCOL_ERROR },
    {
      what: "RST_STREAM of 3 bytes",
      parts: [open, frame(3, 0, 1, [0, 0, 0])],
      code: FRAME_SIZE_ERROR,
    },
    { what: "SETTINGS on a stream", parts: [frame(4, 0, 1)], code: PROTOCOL_ERROR },
    {
      what: "SETTINGS of 5 bytes",
      parts: [frame(4, 0, 0, Buffer.alloc(5))],
      code: FRAME_SIZE_ERROR,
    },
    {
      what: "an acknowledgement with content",
      parts: [frame(4, 1, 0, Buffer.alloc(6))],
      code: FRAME_SIZE_ERROR,
    },
    { what: "ENABLE_PUSH 2", parts: [settings([2, 2])], code: PROTOCOL_ERROR },
    { what: "INITIAL_WINDOW_SIZE 2^31", parts: [settings([4, 2 ** 31])], code: FLOW_CONTROL_ERROR },
    { what: "MAX_FRAME_SIZE too small", parts: [settings([5, 16_383])], code: PROTOCOL_ERROR },
    { what: "MAX_FRAME_SIZE too large", parts: [settings([5, 2 ** 24])], code: PROTOCOL_ERROR },
    { what: "PUSH_PROMISE", parts: [open, frame(5, 4, 1, [0, 0, 0, 2])], code: PROTOCOL_ERROR },
    { what: "PING on a stream", parts: [frame(6, 0, 1, Buffer.alloc(8))], code: PROTOCOL_ERROR },
    { what: "PING of 7 bytes", parts: [frame(6, 0, 0, Buffer.alloc(7))], code: FRAME_SIZE_ERROR },
    { what: "GOAWAY on a stream", parts: [frame(7, 0, 1, Buffer.alloc(8))], code: PROTOCOL_ERROR },
    { what: "GOAWAY of 7 bytes", parts: [frame(7, 0, 0, Buffer.alloc(7))], code: FRAME_SIZE_ERROR },
    {
      what: "WINDOW_UPDATE of 3 bytes",
      parts: [frame(8, 0, 0, Buffer.alloc(3))],
      code: FRAME_SIZE_ERROR,
    },
    {
      what: "WINDOW_UPDATE of 0 for the connection",
      parts: [windowUpdate(0, 0)],
      code: PROTOCOL_ERROR,
    },
    { what: "WINDOW_UPDATE on an idle stream", parts: [windowUpdate(1, 5)], code: PROTOCOL_ERROR },
    { what: "CONTINUATION without HEADERS", parts: [frame(9, 4, 1, [0x82])], code: PROTOCOL_ERROR },
    {
      what: "CONTINUATION of another stream",
      parts: [frame(1, 0, 1, [0x82]), frame(9, 4, 3, [0x84])],
      code: PROTOCOL_ERROR,
    },
    {
      what: "PING inside a header block",
      parts: [frame(1, 0, 1, [0x82]), frame(6, 0, 0, Buffer.alloc(8))],
      code: PROTOCOL_ERROR,
    },
    {
      what: "an unknown frame inside a header block",
      parts: [frame(1, 0, 1, [0x82]), frame(99, 0, 0)],
      code: PROTOCOL_ERROR,
    },
    {
      what: "a frame above the limit",
      parts: [frame(99, 0, 0, Buffer.alloc(16_385))],
      code: FRAME_SIZE_ERROR,
    },
  ])("$what", async ({ parts, code }) => {
    const { peer, listener } = serverWithRawClient();
    peer.open();
    peer.send(...parts);
    expect(await peer.goawayCode()).toBe(code);
    expect(await listener.closed).toMatchObject({ kind: "peer-violation", code });
    await peer.closed();
  });

  test.each([
    {
      what: "no SETTINGS first",
      bytes: Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), open]),
    },
    { what: "HTTP/1.1", bytes: Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n") },
    { what: "another preface", bytes: Buffer.from("PRI * HTTP/2.1") },
  ])("$what", async ({ bytes }) => {
    const [near, far] = pipe();
    const peer = new RawPeer(far, false);
    new Http2ServerConnection(near, { listener: { onStream: () => undefined } });
    peer.send(bytes);
    expect(await peer.goawayCode()).toBe(PROTOCOL_ERROR);
    await peer.closed();
  });
});

describe("what a client does wrong on a stream is answered with RST_STREAM", () => {
  test.each([
    { what: "DATA after the end", parts: [whole, data(1, "x")], code: STREAM_CLOSED },
    {
      what: "HEADERS after the end",
      parts: [whole, headers(1, ["a", "b"], true)],
      code: STREAM_CLOSED,
    },
    {
      what: "trailers that do not end the stream",
      parts: [open, headers(1, ["a", "b"])],
      code: PROTOCOL_ERROR,
    },
    {
      what: "a pseudo-header field in trailers",
      parts: [open, headers(1, [":path", "/"], true)],
      code: PROTOCOL_ERROR,
    },
    {
      what: "PRIORITY of 4 bytes",
      parts: [open, frame(2, 0, 1, Buffer.alloc(4))],
      code: FRAME_SIZE_ERROR,
    },
    { what: "a window update of 0", parts: [open, windowUpdate(1, 0)], code: PROTOCOL_ERROR },
    {
      what: "a window above 2^31-1",
      parts: [open, windowUpdate(1, 0x7fffffff)],
      code: FLOW_CONTROL_ERROR,
    },
  ])("$what", async ({ parts, code }) => {
    const { peer, listener, server } = serverWithRawClient();
    peer.open();
    peer.send(...parts);
    expect(await peer.resetCode(1)).toBe(code);
    expect(listener.streams[0]?.sink.end).toMatchObject({
      kind: "peer-violation",
      scope: "stream",
      code,
    });
    peer.send(
      data(1, "late"),
      windowUpdate(1, 9),
      frame(2, 0, 1, Buffer.alloc(5)),
      rstStream(1, 0),
    );
    await settle();
    expect(server.isOpen).toBe(true);
  });
});

describe("what a server does wrong on the connection", () => {
  test.each([
    {
      what: "HEADERS on an idle stream",
      parts: [headers(3, [":status", "200"])],
      code: PROTOCOL_ERROR,
    },
    {
      what: "HEADERS on an even stream",
      parts: [headers(2, [":status", "200"])],
      code: PROTOCOL_ERROR,
    },
    {
      what: "HEADERS on a stream that is done",
      parts: [headers(1, [":status", "200"], true), headers(1, [":status", "200"])],
      code: STREAM_CLOSED,
    },
    { what: "ENABLE_PUSH 1", parts: [settings([2, 1])], code: PROTOCOL_ERROR },
    {
      what: "GOAWAY with a rising last stream",
      parts: [goaway(1, 0), goaway(3, 0)],
      code: PROTOCOL_ERROR,
    },
    { what: "RST_STREAM on an idle stream", parts: [rstStream(7, 0)], code: PROTOCOL_ERROR },
    { what: "an acknowledgement before its own SETTINGS", parts: [], code: PROTOCOL_ERROR },
  ])("$what", async ({ parts, code }) => {
    const { client, peer } = clientWithRawServer();
    const sink = new RecordingSink();
    client.request(getRequest, [], sink, true);
    if (parts.length > 0) peer.open();
    else peer.send(frame(4, 1, 0));
    peer.send(...parts);
    expect(await peer.goawayCode()).toBe(code);
    await sink.ended;
  });

  test("debug data of GOAWAY is kept up to 1,024 bytes", async () => {
    const { peer, listener } = clientWithRawServer();
    peer.open();
    peer.send(frame(7, 0, 0, [...uint32(0), ...uint32(2), ...Buffer.alloc(5_000, "d")]));
    await listener.closed;
    expect(listener.log[1]).toBe(`goaway 2 0 ${"d".repeat(1_024)}`);
  });
});

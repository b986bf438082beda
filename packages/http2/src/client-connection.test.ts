import { PreparedHeaders } from "./hpack/prepared-headers.js";
import {
  bothEnds,
  clientWithRawServer,
  getRequest,
  okResponse,
  okTrailers,
  postRequest,
} from "./testing/connections.js";
import { data, frame, headers, settle } from "./testing/raw-peer.js";
import { RecordingSink } from "./testing/recording-sink.js";

const ok = [":status", "200"];

function start(options = {}, endStream = true) {
  const parts = clientWithRawServer(options);
  const sink = new RecordingSink();
  const stream = parts.client.request(endStream ? getRequest : postRequest, [], sink, endStream);
  return { ...parts, sink, stream };
}

describe("http2ClientConnection", () => {
  test("sends preface, SETTINGS without push, and a request, in one write", async () => {
    const { peer } = start();
    const { payload } = await peer.next("SETTINGS");
    expect(payload.indexOf(Buffer.from([0, 2, 0, 0, 0, 0]))).toBeGreaterThanOrEqual(0);
    expect(await peer.fields(1)).toEqual([...getRequest.fields]);
  });

  test("a call with informational, final headers, content and trailers", async () => {
    const { peer, sink } = start();
    peer.open();
    peer.send(
      headers(1, [":status", "103", "link", "x"]),
      headers(1, ok),
      data(1, "hello"),
      headers(1, ["grpc-status", "0"], true),
    );
    expect(await sink.ended).toEqual({ kind: "completed" });
    expect(sink.log).toEqual([
      "informational :status 103 link x",
      "headers :status 200",
      "data 5",
      "trailers grpc-status 0",
      "end completed",
    ]);
  });

  test.each([
    { what: "headers only", parts: [headers(1, ok, true)], log: ["headers :status 200 (end)"] },
    {
      what: "an empty last DATA",
      parts: [headers(1, ok), data(1, "", true)],
      log: ["headers :status 200", "data 0 (end)"],
    },
    {
      what: "padded frames",
      parts: [frame(1, 0xc, 1, [2, 0x88, 0, 0]), frame(0, 9, 1, [3, 65, 0, 0, 0])],
      log: ["headers :status 200", "data 1 (end)"],
    },
    {
      what: "a block in three frames",
      parts: [frame(1, 1, 1, [0x88]), frame(9, 0, 1, [0x00, 1, 97]), frame(9, 4, 1, [1, 98])],
      log: ["headers :status 200 a b (end)"],
    },
    {
      what: "an old priority in HEADERS",
      parts: [frame(1, 0x25, 1, [0, 0, 0, 0, 7, 0x88])],
      log: ["headers :status 200 (end)"],
    },
    {
      what: "frames of unknown types",
      parts: [frame(0xbe, 255, 1, [1]), headers(1, ok, true)],
      log: ["headers :status 200 (end)"],
    },
  ])("takes a response with $what", async ({ parts, log }) => {
    const { peer, sink } = start();
    peer.open();
    peer.send(...parts);
    await sink.ended;
    expect(sink.log).toEqual([...log, "end completed"]);
  });

  test("takes the same bytes one at a time", async () => {
    const { peer, sink } = start();
    peer.open();
    const bytes = Buffer.concat([
      headers(1, ok),
      frame(0, 8, 1, [3, 65, 66, 0, 0, 0]),
      data(1, "hello"),
      headers(1, ["a", "b"], true),
    ]);
    for (const byte of bytes) {
      peer.send(Uint8Array.of(byte));
      await settle(1);
    }
    await sink.ended;
    expect(sink.text).toBe("ABhello");
  });

  test("sends content behind a head as one frame, and trailers", async () => {
    const { peer, stream } = start({}, false);
    const head = Buffer.from([0, 0, 0, 0, 2]);
    expect(stream.sendData(Buffer.from("hi"), false, head)).toBe(true);
    head.fill(9);
    stream.sendTrailers(okTrailers);
    const sent = await peer.next("DATA");
    expect(sent.payload).toEqual(Buffer.from([0, 0, 0, 0, 2, 104, 105]));
    expect(await peer.fields(1)).toEqual(["grpc-status", "0"]);
  });

  test("refuses to send more after the end, and an extra field that is not allowed", () => {
    const { client, stream } = start();
    expect(() => stream.sendData(Buffer.alloc(1), false)).toThrow(
      "the end of this stream was sent before",
    );
    expect(() => client.request(getRequest, ["A", "b"], new RecordingSink(), true)).toThrow(
      TypeError,
    );
    expect(client.activeStreams).toBe(1);
  });

  test("splits a large header block into CONTINUATION", async () => {
    const { client, peer } = clientWithRawServer();
    client.request(getRequest, ["big", "x".repeat(40_000)], new RecordingSink(), true);
    const first = await peer.next("HEADERS");
    expect(first.flags & 4).toBe(0);
    expect((await peer.next("CONTINUATION")).flags & 4).toBe(0);
    expect((await peer.next("CONTINUATION")).flags & 4).toBe(4);
  });

  test("starts as many streams as the peer's settings allow", async () => {
    const { client, peer } = clientWithRawServer({ initialConcurrentStreams: 2 });
    expect(client.availableStreams).toBe(2);
    peer.open([3, 1]);
    await settle();
    client.request(getRequest, [], new RecordingSink(), true);
    const refused = new RecordingSink();
    client.request(getRequest, [], refused, true);
    expect(refused.end).toBeUndefined();
    expect(await refused.ended).toEqual({ kind: "not-started", reason: "stream-limit" });
  });

  test("a peer that names no limit has none but ours", async () => {
    const { client, peer } = clientWithRawServer({ maxConcurrentStreams: 500 });
    peer.open();
    await settle();
    expect(client.availableStreams).toBe(500);
  });

  test("a ping calls back with its time, or with nothing when the connection ends", async () => {
    const { client, peer, clock } = clientWithRawServer();
    const times: (number | undefined)[] = [];
    client.ping((ms) => times.push(ms));
    const { payload } = await peer.next("PING");
    clock.advance(7);
    peer.open();
    peer.send(frame(6, 1, 0, payload), frame(6, 1, 0, payload));
    await settle();
    client.ping((ms) => times.push(ms));
    client.destroy();
    client.ping((ms) => times.push(ms));
    expect(times).toEqual([7, undefined, undefined]);
  });

  test("close waits for requests under way, says GOAWAY and ends the socket", async () => {
    const { client, peer, sink, listener } = start();
    peer.open();
    await settle();
    client.close();
    expect(client.isOpen).toBe(false);
    peer.send(headers(1, ok, true));
    await sink.ended;
    expect((await peer.next("GOAWAY")).payload.readUInt32BE(4)).toBe(0);
    await peer.closed();
    expect(await listener.closed).toMatchObject({ kind: "closed-here" });
  });
});

test("both ends together: a call each way of ending, from inside callbacks", async () => {
  const { client, serverLog } = bothEnds();
  serverLog.onIncoming = ({ stream }) => {
    stream.respond(okResponse, ["x", "y"], false);
    stream.sendData(Buffer.from("answer"), false);
    stream.sendTrailers(okTrailers, ["grpc-message", "fine"]);
  };
  const sinks = Array.from({ length: 20 }, () => new RecordingSink());
  for (const sink of sinks)
    client.request(new PreparedHeaders(getRequest.fields), ["n", "1"], sink, true);
  for (const sink of sinks) expect(await sink.ended).toEqual({ kind: "completed" });
  expect(sinks[19]?.log).toEqual([
    "headers :status 200 x y",
    "data 6",
    "trailers grpc-status 0 grpc-message fine",
    "end completed",
  ]);
  await settle();
  expect(serverLog.streams.map(({ sink }) => sink.end?.kind)).toEqual(sinks.map(() => "completed"));
});

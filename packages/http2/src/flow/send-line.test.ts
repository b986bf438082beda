import { ErrorCode } from "../error-code.js";
import {
  clientWithRawServer,
  getRequest,
  okResponse,
  postRequest,
} from "../testing/connections.js";
import { type RawPeer, settings, settle, windowUpdate } from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";

function contentOf(peer: RawPeer, streamId: number): number {
  return peer.frames
    .filter((one) => one.type === 0 && one.streamId === streamId)
    .reduce((sum, one) => sum + one.payload.length, 0);
}

async function post(options = {}) {
  const parts = clientWithRawServer(options);
  const sink = new RecordingSink();
  const stream = parts.client.request(postRequest, [], sink, false);
  return { ...parts, sink, stream };
}

describe("sending", () => {
  test("stops at the stream's window, goes on with each update, and ends", async () => {
    const { peer, stream } = await post();
    peer.open([4, 10]);
    await settle();
    stream.sendData(Buffer.alloc(25), true);
    await settle();
    expect([contentOf(peer, 1), stream.bufferedBytes]).toEqual([10, 15]);
    peer.send(windowUpdate(1, 10));
    await settle();
    expect(contentOf(peer, 1)).toBe(20);
    peer.send(windowUpdate(1, 100));
    const last = await peer.next("DATA", (one) => one.flags === 1);
    expect(last.payload).toHaveLength(5);
  });

  test("stops at the connection's window, which all streams share", async () => {
    const { client, peer, stream } = await post();
    peer.open([4, 1_000_000]);
    await settle();
    const other = client.request(postRequest, [], new RecordingSink(), false);
    stream.sendData(Buffer.alloc(65_000), true);
    other.sendData(Buffer.alloc(65_000), true);
    await settle();
    expect(contentOf(peer, 1) + contentOf(peer, 3)).toBe(65_535);
    peer.send(windowUpdate(0, 65_000));
    await settle();
    expect([contentOf(peer, 1), contentOf(peer, 3)]).toEqual([65_000, 65_000]);
  });

  test("streams take turns", async () => {
    const { client, peer, stream } = await post();
    peer.open([4, 1_000_000]);
    await settle();
    const other = client.request(postRequest, [], new RecordingSink(), false);
    stream.sendData(Buffer.alloc(200_000), true);
    other.sendData(Buffer.alloc(200_000), true);
    peer.send(windowUpdate(0, 100_000));
    await settle();
    peer.frames.splice(
      0,
      peer.frames.findIndex((one) => one.type === 0 && one.streamId === 3),
    );
    expect(Math.abs(contentOf(peer, 1) - contentOf(peer, 3))).toBeLessThanOrEqual(16_384 * 4);
  });

  test("a change of INITIAL_WINDOW_SIZE moves the windows of open streams, below zero too", async () => {
    const { peer, stream } = await post();
    peer.open([4, 100]);
    await settle();
    stream.sendData(Buffer.alloc(150), true);
    await settle();
    peer.send(settings([4, 20]), windowUpdate(1, 70));
    await settle();
    expect(contentOf(peer, 1)).toBe(100);
    peer.send(windowUpdate(1, 20));
    await settle();
    expect(contentOf(peer, 1)).toBe(110);
    peer.send(settings([4, 60]));
    await settle();
    expect(contentOf(peer, 1)).toBe(150);
  });

  test("streams that end while they wait leave the line, wherever they stand", async () => {
    const { client, peer } = await post();
    peer.open([4, 1_000_000]);
    await settle();
    const streams = Array.from({ length: 5 }, () =>
      client.request(postRequest, [], new RecordingSink(), false),
    );
    for (const stream of streams) stream.sendData(Buffer.alloc(70_000), true);
    await settle();
    for (const place of [2, 4, 0]) streams[place]?.reset(ErrorCode.CANCEL);
    peer.send(windowUpdate(0, 1_000_000));
    await settle();
    expect([contentOf(peer, 5), contentOf(peer, 9)]).toEqual([70_000, 70_000]);
    expect(client.activeStreams).toBe(3);
  });

  test("an empty last DATA needs no window, and trailers wait for the content before them", async () => {
    const { client, peer, stream } = await post();
    peer.open([4, 0]);
    await settle();
    const empty = client.request(postRequest, [], new RecordingSink(), false);
    empty.sendData(Buffer.alloc(0), true);
    expect((await peer.next("DATA", (one) => one.streamId === 3)).flags).toBe(1);
    stream.sendData(Buffer.from("abc"), false);
    stream.sendTrailers(getRequest.fields.length > 0 ? okResponse : okResponse);
    await settle();
    expect(peer.log()).toBe("");
    peer.send(windowUpdate(1, 3));
    await peer.next("DATA");
    expect((await peer.next("HEADERS")).flags & 1).toBe(1);
  });

  test("sendData says stop when much waits, and onWritable says go on", async () => {
    const { peer, stream, sink } = await post({ sendBufferBytes: 50 });
    peer.open([4, 10]);
    await settle();
    expect(stream.sendData(Buffer.alloc(30), false)).toBe(true);
    expect(stream.sendData(Buffer.alloc(40), false)).toBe(false);
    peer.send(windowUpdate(1, 59));
    await settle();
    expect(sink.log).toEqual([]);
    peer.send(windowUpdate(1, 1));
    await settle();
    expect(sink.log).toEqual(["writable"]);
  });

  test("obeys MAX_FRAME_SIZE of the peer", async () => {
    const { peer, stream } = await post();
    peer.open([5, 20_000]);
    await settle();
    stream.sendData(Buffer.alloc(50_000), true);
    const sizes = [];
    for (let i = 0; i < 3; i++) sizes.push((await peer.next("DATA")).payload.length);
    expect(sizes).toEqual([20_000, 20_000, 10_000]);
  });

  test.each([
    { what: "a stream", parts: [windowUpdate(1, 0x7fffffff)], reset: true },
    { what: "the connection", parts: [windowUpdate(0, 0x7fffffff)], reset: false },
    {
      what: "all streams by a setting",
      parts: [windowUpdate(1, 0x7fff0000), settings([4, 0x7fffffff])],
      reset: false,
    },
  ])("a window of $what above 2^31-1 is a FLOW_CONTROL_ERROR", async ({ parts, reset }) => {
    const { peer } = await post();
    peer.open();
    peer.send(...parts);
    const code = await (reset ? peer.resetCode(1) : peer.goawayCode());
    expect(code).toBe(ErrorCode.FLOW_CONTROL_ERROR);
  });
});

import fc from "fast-check";
import { clientWithRawServer, postRequest } from "../testing/connections.js";
import { type RawFrame, settings, settle } from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";

/** A client with streams 1 and 3 open, whose peer gives windows enough. */
async function open(maxFrameBytes = 16_384) {
  const { client, peer } = clientWithRawServer();
  peer.open([4, 1_000_000], [5, maxFrameBytes]);
  await settle();
  const request = () => client.request(postRequest, [], new RecordingSink(), false);
  const streams = [request(), request()] as const;
  await settle();
  peer.frames.length = 0;
  return { client, peer, streams };
}

const describeFrame = ({ type, streamId, payload, flags }: RawFrame) =>
  type === 0 ? `${streamId} ${payload}${flags === 1 ? " (end)" : ""}` : `type ${type}`;

const bytes = (text: string) => Buffer.from(text);

describe("content that is sent within one turn", () => {
  test("goes out as one frame, heads and the end included", async () => {
    const { peer, streams } = await open();
    streams[0].sendData(bytes("ab"), false, bytes("2:"));
    streams[0].sendData(bytes("cde"), false, bytes("3:"));
    streams[0].sendData(bytes(""), true);
    await settle();
    expect(peer.frames.map(describeFrame)).toEqual(["1 2:ab3:cde (end)"]);
  });

  test("does not join what has gone out", async () => {
    const { peer, streams } = await open();
    streams[0].sendData(bytes("a"), false);
    await settle();
    streams[0].sendData(bytes("b"), false);
    await settle();
    expect(peer.frames.map(describeFrame)).toEqual(["1 a", "1 b"]);
  });

  test("stays behind what other streams, or the connection, send in between", async () => {
    const { peer, streams } = await open();
    streams[0].sendData(bytes("a"), false);
    streams[1].sendData(bytes("b"), false);
    streams[0].sendData(bytes("c"), false);
    peer.send(settings());
    await settle();
    expect(peer.frames.map(describeFrame)).toEqual(["1 a", "3 b", "1 c", "type 4"]);
  });

  test("fills no frame beyond what the peer takes", async () => {
    const { peer, streams } = await open(16_384);
    for (let sent = 0; sent < 60; sent++) streams[0].sendData(Buffer.alloc(1_000), false);
    await settle();
    const lengths = peer.frames.map(({ payload }) => payload.length);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(60_000);
    expect(Math.max(...lengths)).toBe(16_000);
  });

  test("ends with the stream's trailers or reset behind it", async () => {
    const { peer, streams } = await open();
    streams[0].sendData(bytes("a"), false);
    streams[0].sendData(bytes("b"), false);
    streams[0].reset(8);
    await settle();
    expect(peer.frames.map(describeFrame)).toEqual(["1 ab", "type 3"]);
  });

  test("takes no more from the windows than it is", async () => {
    const { client, peer } = clientWithRawServer();
    peer.open([4, 10]);
    await settle();
    const stream = client.request(postRequest, [], new RecordingSink(), false);
    for (const text of ["abcd", "efgh", "ijkl"]) stream.sendData(bytes(text), false);
    await settle();
    const sent = peer.frames.filter(({ type }) => type === 0).map(({ payload }) => `${payload}`);
    expect([sent.join(""), stream.bufferedBytes]).toEqual(["abcdefghij", 2]);
  });

  test("arrives as it was sent, whatever lengths it has and whenever it goes out", async () => {
    const piece = fc.record({
      stream: fc.constantFrom(0, 0, 0, 1),
      length: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6_000 })),
      pause: fc.constantFrom(false, false, false, true),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const { client, peer, streams } = await open();
        const sent = ["", ""];
        for (const [index, { stream, length, pause }] of pieces.entries()) {
          const text = String.fromCharCode(97 + (index % 26)).repeat(length);
          sent[stream] += text;
          streams[stream as 0 | 1].sendData(bytes(text), false);
          if (pause) await settle(1);
        }
        await settle();
        const received = [1, 3].map((id) =>
          peer.frames
            .filter(({ streamId }) => streamId === id)
            .map(({ payload }) => payload.toString())
            .join(""),
        );
        client.destroy();
        expect(received).toEqual(sent);
      }),
      { numRuns: 60 },
    );
  });
});

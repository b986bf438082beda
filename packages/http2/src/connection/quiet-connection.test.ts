import { okResponse, serverWithRawClient } from "../testing/connections.js";
import {
  frame,
  getFields,
  headers,
  literalBlock,
  settings,
  settingsAck,
  settle,
  windowUpdate,
} from "../testing/raw-peer.js";

describe("a connection that was quiet", () => {
  test("understands what arrives a byte at a time, with nothing going on between two bytes", async () => {
    const { peer, listener } = serverWithRawClient();
    const block = literalBlock(getFields);
    const sent = Buffer.concat([
      settings([4, 70_000]),
      settingsAck,
      frame(6, 0, 0, Buffer.alloc(8, 1)),
      frame(1, 1, 1, block.subarray(0, 9)),
      frame(9, 4, 1, block.subarray(9)),
      headers(3, getFields),
      frame(0, 9, 3, [2, 120, 121, 0, 0]),
      windowUpdate(0, 5_000),
    ]);
    for (const byte of sent) {
      peer.send(Buffer.of(byte));
      await settle(2);
    }
    expect(listener.streams.map(({ sink }) => sink.text)).toEqual(["", "xy"]);
    for (const { stream } of listener.streams) stream.respond(okResponse, [], true);
    for (const id of [1, 3]) expect(await peer.fields(id)).toEqual([":status", "200"]);
    expect([peer.isClosed, listener.end, listener.thrown]).toEqual([false, undefined, []]);
  });

  test("gives memory back a second after its last stream, and goes on from there", async () => {
    const { peer, listener, clock } = serverWithRawClient();
    listener.onIncoming = ({ stream }) => stream.respond(okResponse, [], true);
    peer.open();
    for (const id of [1, 3, 5]) {
      peer.send(headers(id, getFields, true));
      await settle();
      expect(await peer.fields(id)).toEqual([":status", "200"]);
      clock.advance(999);
      clock.advance(1);
    }
    const late = headers(7, getFields, true);
    peer.send(late.subarray(0, 12));
    await settle();
    clock.advance(1_000); // comes in the middle of a frame
    peer.send(late.subarray(12));
    expect(await peer.fields(7)).toEqual([":status", "200"]);
    expect(listener.thrown).toEqual([]);
  });

  test("has its windows and header tables from before", async () => {
    const { peer, listener } = serverWithRawClient();
    listener.onIncoming = ({ stream }) => {
      stream.respond(okResponse, ["x-new", "v"], false);
      stream.sendData(Buffer.alloc(40_000), true);
    };
    peer.open([4, 100_000]);
    for (const id of [1, 3]) {
      peer.send(headers(id, getFields, true));
      await settle();
      expect(await peer.fields(id)).toEqual([":status", "200", "x-new", "v"]);
    }
    const sizes = peer.frames.map(({ streamId, payload }) => [streamId, payload.length]);
    expect(sizes).toEqual([
      [3, 16_384],
      [3, 9_151], // all that the first answer has left of 65 535
    ]);
  });
});

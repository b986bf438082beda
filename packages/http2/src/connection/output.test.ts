import { Writable } from "node:stream";
import { Output } from "./output.js";

/** An output, and the sizes of what it has written so far. */
function open() {
  const written: number[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.length);
      done();
    },
    writev(chunks, done) {
      written.push(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0));
      done();
    },
  });
  const output = new Output(socket as never, { onFlushed: () => {} });
  const frame = (bytes: number) => {
    output.commit(output.reserve(bytes) + bytes);
    output.noteFrame();
  };
  return { output, written, frame };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("Output", () => {
  test("writes once a turn", async () => {
    const { written, frame } = open();
    for (let i = 0; i < 31; i++) frame(10);
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual([310]);
    frame(10);
    await turn();
    expect(written).toEqual([310, 10]);
  });

  test.each([
    { what: "32 frames", frames: 70, bytes: 10, atOnce: [320, 320], rest: [60] },
    { what: "32 KiB", frames: 5, bytes: 12_000, atOnce: [36_000], rest: [24_000] },
  ])("writes before the turn is over when $what have gathered", async (row) => {
    const { written, frame } = open();
    for (let i = 0; i < row.frames; i++) frame(row.bytes);
    expect(written).toEqual(row.atOnce);
    await turn();
    expect(written).toEqual([...row.atOnce, ...row.rest]);
  });
});

import fc from "fast-check";
import { FrameSplitter, maxFrameBytes } from "./frame-splitter.js";
import { RecordWriter } from "./record-writer.js";

test("frames come out whole, however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.array(fc.nat({ max: 400 })),
      (bodies, cuts) => {
        const bytes = Buffer.concat(bodies.map((body) => new RecordWriter().bytes(body).frame()));
        const frames: string[] = [];
        const splitter = new FrameSplitter((frame) => frames.push(frame.toString("hex")));
        const places = [...new Set([0, ...cuts, bytes.length])]
          .filter((at) => at <= bytes.length)
          .sort((a, b) => a - b);
        for (const [at, from] of places.entries())
          splitter.push(bytes.subarray(from, places[at + 1]));
        const wanted = bodies.map((body) =>
          new RecordWriter().bytes(body).frame().subarray(4).toString("hex"),
        );
        expect(frames).toEqual(wanted);
      },
    ),
  );
});

test.each([-1, maxFrameBytes + 1])("a frame of %d bytes is refused", (length) => {
  const head = Buffer.alloc(4);
  head.writeInt32BE(length);
  const splitter = new FrameSplitter(() => {});
  expect(() => splitter.push(head)).toThrow(`a frame of ${length} bytes`);
});

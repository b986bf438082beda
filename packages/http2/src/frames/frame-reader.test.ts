import fc from "fast-check";
import { ErrorCode } from "../error-code.js";
import { frame } from "../testing/raw-peer.js";
import { type FrameHandler, FrameReader } from "./frame-reader.js";

interface Seen {
  type: number;
  flags: number;
  streamId: number;
  payload: string;
  flowBytes: number;
}

function collect(chunks: Buffer[], maxFrameBytes = 16_384) {
  const seen: Seen[] = [];
  const errors: number[] = [];
  let content = "";
  let flow = 0;
  const handler: FrameHandler = {
    onDataPart(streamId, flags, bytes, start, end, flowBytes, isLast) {
      content += bytes.toString("latin1", start, end);
      flow += flowBytes;
      if (!isLast) return;
      seen.push({ type: 0, flags, streamId, payload: content, flowBytes: flow });
      content = "";
      flow = 0;
    },
    onFrame(type, flags, streamId, bytes, start, end) {
      seen.push({
        type,
        flags,
        streamId,
        payload: bytes.toString("latin1", start, end),
        flowBytes: 0,
      });
    },
    onFramingError: (code) => errors.push(code),
  };
  const reader = new FrameReader(handler, maxFrameBytes);
  for (const chunk of chunks) reader.read(chunk);
  return { seen, errors, reader };
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at < bytes.length) chunks.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}

describe("frameReader", () => {
  test("cuts any frames the same way, wherever the chunks end", () => {
    const anyFrame = fc.record({
      type: fc.integer({ min: 0, max: 12 }),
      flags: fc.constantFrom(0, 1, 4, 5),
      streamId: fc.nat(0x7fffffff),
      payload: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(
            frames.map((one) => frame(one.type, one.flags, one.streamId, one.payload)),
          );
          const { seen, reader } = collect(cut(bytes, sizes));
          expect(seen).toEqual(
            frames.map((one) => ({
              ...one,
              payload: Buffer.from(one.payload).toString("latin1"),
              flowBytes: one.type === 0 ? one.payload.length : 0,
            })),
          );
          expect(reader.isInsideFrame).toBe(false);
        },
      ),
      { seed: 61, numRuns: 1000 },
    );
  });

  test("strips padding of DATA and counts it for flow control, wherever the chunks end", () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
        (padding, content, sizes) => {
          const bytes = frame(0, 8, 3, [padding, ...content, ...Buffer.alloc(padding)]);
          const { seen } = collect(cut(bytes, sizes));
          const flowBytes = 1 + content.length + padding;
          expect(seen).toEqual([
            {
              type: 0,
              flags: 8,
              streamId: 3,
              payload: Buffer.from(content).toString("latin1"),
              flowBytes,
            },
          ]);
        },
      ),
      { seed: 62, numRuns: 500 },
    );
  });

  test.each([
    {
      what: "a frame above the limit",
      bytes: frame(4, 0, 0, Buffer.alloc(16_385)),
      code: ErrorCode.FRAME_SIZE_ERROR,
    },
    {
      what: "DATA padded beyond its end",
      bytes: frame(0, 8, 1, [2, 0]),
      code: ErrorCode.PROTOCOL_ERROR,
    },
    {
      what: "padded DATA without a length",
      bytes: frame(0, 8, 1),
      code: ErrorCode.FRAME_SIZE_ERROR,
    },
  ])("$what is an error, and nothing after it is read", ({ bytes, code }) => {
    const { seen, errors } = collect([Buffer.concat([bytes, frame(6, 0, 0, Buffer.alloc(8))])]);
    expect({ seen, errors }).toEqual({ seen: [], errors: [code] });
  });

  test("ignores the reserved bit of the stream identifier", () => {
    expect(collect([Buffer.from("000000040180000001", "hex")]).seen[0]?.streamId).toBe(1);
  });
});

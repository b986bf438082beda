import fc from "fast-check";
import {
  headerBlockRoom,
  readUint32,
  writeFrameHeader,
  writeGoaway,
  writeHeaderBlock,
  writePing,
  writeRstStream,
  writeSettings,
  writeSettingsAck,
  writeUint32,
  writeWindowUpdate,
} from "./frame-writer.js";

const target = Buffer.alloc(200_000);

function hex(write: (at: number) => number): string {
  return target.subarray(3, write(3)).toString("hex");
}

describe("frameWriter", () => {
  const payload = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
  test.each([
    {
      what: "a header",
      bytes: hex((at) => writeFrameHeader(target, at, 0x012345, 1, 5, 0x7fffffff)),
      expected: "01234501057fffffff",
    },
    {
      what: "RST_STREAM",
      bytes: hex((at) => writeRstStream(target, at, 3, 0xffffffff)),
      expected: "000004030000000003ffffffff",
    },
    {
      what: "WINDOW_UPDATE",
      bytes: hex((at) => writeWindowUpdate(target, at, 0, 0x7fffffff)),
      expected: "0000040800000000007fffffff",
    },
    {
      what: "PING",
      bytes: hex((at) => writePing(target, at, false, payload, 0)),
      expected: "0000080600000000000102030405060708",
    },
    {
      what: "PING acknowledgement",
      bytes: hex((at) => writePing(target, at, true, payload, 0)),
      expected: "0000080601000000000102030405060708",
    },
    {
      what: "SETTINGS",
      bytes: hex((at) =>
        writeSettings(target, at, [
          [4, 0x10000],
          [5, 0x4000],
        ]),
      ),
      expected: "00000c040000000000000400010000000500004000",
    },
    {
      what: "SETTINGS acknowledgement",
      bytes: hex((at) => writeSettingsAck(target, at)),
      expected: "000000040100000000",
    },
    {
      what: "GOAWAY",
      bytes: hex((at) => writeGoaway(target, at, 7, 2, "no")),
      expected: "00000a07000000000000000007000000026e6f",
    },
    {
      what: "HEADERS",
      bytes: hex((at) => writeHeaderBlock(target, at, 1, Buffer.from([0x82]), true, 16_384)),
      expected: "00000101050000000182",
    },
    {
      what: "HEADERS without fields",
      bytes: hex((at) => writeHeaderBlock(target, at, 1, Buffer.alloc(0), false, 16_384)),
      expected: "000000010400000001",
    },
    {
      what: "HEADERS and CONTINUATION",
      bytes: hex((at) => writeHeaderBlock(target, at, 1, Buffer.from([1, 2, 3]), true, 2)),
      expected: "0000020101000000010102" + "00000109040000000103",
    },
  ])("writes $what", ({ bytes, expected }) => {
    expect(bytes).toBe(expected);
  });

  test("numbers of 32 bits round trip", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        writeUint32(target, 1, value);
        expect(readUint32(target, 1)).toBe(value);
      }),
      { seed: 41 },
    );
  });

  test("a header block fits the room that is foretold", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 16_384, max: 50_000 }), (length, max) => {
        const end = writeHeaderBlock(target, 0, 1, Buffer.alloc(length), true, max);
        expect(end).toBeLessThanOrEqual(headerBlockRoom(length, max));
      }),
      { seed: 42, numRuns: 50 },
    );
  });
});

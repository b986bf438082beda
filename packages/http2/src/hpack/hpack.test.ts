import fc from "fast-check";
import { EncoderTable } from "./encoder-table.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { HpackEncoder } from "./hpack-encoder.js";
import { PreparedHeaders } from "./prepared-headers.js";
import { requestsC3, responsesC5, type Story } from "./testing/rfc7541-appendix-c.js";

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

function newDecoder(maxTableBytes = 4096, maxListBytes = 65_536): HpackDecoder {
  return new HpackDecoder({ headerTableBytes: maxTableBytes, maxHeaderListBytes: maxListBytes });
}

function newEncoder(huffman: "all" | "indexed" | "none" = "indexed", tableBytes = 4096) {
  const neverIndexedNames = new Set<string>();
  return new HpackEncoder(
    { encoderTableBytes: tableBytes, neverIndexedNames, huffman },
    tableBytes,
  );
}

function decode(decoder: HpackDecoder, block: Buffer): string[] | undefined {
  return decoder.decode(block, 0, block.length)?.toFlat();
}

const none = new PreparedHeaders([]);

function encode(encoder: HpackEncoder, prepared: PreparedHeaders, extra: string[] = []): Buffer {
  const target = Buffer.alloc(encoder.roomFor(prepared, extra));
  return target.subarray(0, encoder.encode(target, 0, prepared, extra));
}

describe("examples of RFC 7541 appendix C", () => {
  test.each([
    {
      part: "C.2.1",
      hex: "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      fields: ["custom-key", "custom-header"],
      tableBytes: 55,
    },
    {
      part: "C.2.2",
      hex: "040c 2f73 616d 706c 652f 7061 7468",
      fields: [":path", "/sample/path"],
      tableBytes: 0,
    },
    {
      part: "C.2.3",
      hex: "1008 7061 7373 776f 7264 0673 6563 7265 74",
      fields: ["password", "secret"],
      tableBytes: 0,
    },
    { part: "C.2.4", hex: "82", fields: [":method", "GET"], tableBytes: 0 },
  ])("$part decodes", ({ hex, fields, tableBytes }) => {
    const decoder = newDecoder();
    expect(decode(decoder, bytesOf(hex))).toEqual(fields);
    expect(decoder.tableBytes).toBe(tableBytes);
  });

  const stories: Story[] = [
    requestsC3("C.3", "none"),
    requestsC3("C.4", "all"),
    responsesC5("C.5", "none"),
    responsesC5("C.6", "all"),
  ];

  test.each(stories)("$part decodes block after block", ({ tableLimitBytes, blocks }) => {
    const decoder = newDecoder(tableLimitBytes);
    decode(decoder, bytesOf(tableLimitBytes === 256 ? "3fe101" : ""));
    for (const { hex, fields, tableBytes } of blocks) {
      expect(decode(decoder, bytesOf(hex))).toEqual(fields);
      expect(decoder.tableBytes).toBe(tableBytes);
    }
  });

  test.each(stories)("$part encodes to the same bytes", ({ huffman, tableLimitBytes, blocks }) => {
    const encoder = newEncoder(huffman, tableLimitBytes);
    for (const { hex, fields, tableBytes } of blocks) {
      expect(encode(encoder, new PreparedHeaders(fields)).toString("hex")).toBe(
        bytesOf(hex).toString("hex"),
      );
      expect(encoder.tableBytes).toBe(tableBytes);
    }
  });
});

describe("hpackDecoder", () => {
  test.each([
    { what: "index 0", hex: "80" },
    { what: "an index beyond both tables", hex: "be" },
    { what: "a string cut short", hex: "400a6375" },
    { what: "an integer without an end", hex: "ffffffffffffffffff" },
    { what: "an integer above 2^28", hex: "1f8080808010" },
    { what: "a size update after a field", hex: "8220" },
    { what: "a size update above the limit", hex: "3fe23f" },
    { what: "three size updates", hex: "202020" },
    { what: "the end-of-string symbol", hex: "0084ffffffff0161" },
    { what: "Huffman padding of more than 7 bits", hex: "00820fff0161" },
    { what: "Huffman padding that is not all ones", hex: "0081180161" },
  ])("refuses $what", ({ hex }) => {
    expect(decode(newDecoder(), bytesOf(hex))).toBeUndefined();
  });

  test("gives the same list object for the same bytes while the table stands still", () => {
    const decoder = newDecoder();
    decode(decoder, bytesOf("8286844104616263648284"));
    const block = bytesOf("828684be");
    decoder.decode(block, 0, 4);
    const list = decoder.decode(block, 0, 4);
    expect(decoder.decode(block, 0, 4)).toBe(list);
    expect(list?.toFlat()).toEqual([
      ":method",
      "GET",
      ":scheme",
      "http",
      ":path",
      "/",
      ":authority",
      "abcd",
    ]);
  });

  test("shares the leading fields of blocks that differ at the end", () => {
    const decoder = newDecoder();
    const lists = ["31", "32", "33"].map((digit) => {
      const block = bytesOf(`8286840f0f01${digit}`);
      return decoder.decode(block, 0, block.length);
    });
    expect(lists[2]?.shared).toBe(lists[1]?.shared);
    expect(lists.map((list) => list?.get("content-language"))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(lists.map((list) => list?.own)).toEqual(
      [
        ["etag", "1"],
        ["etag", "2"],
        ["etag", "3"],
      ].map(([, value]) =>
        ["accept-charset", value].map((text, i) => (i === 0 ? lists[0]?.own[0] : text)),
      ),
    );
  });

  test("a remembered list is not served once the table has changed", () => {
    const decoder = newDecoder();
    decode(decoder, bytesOf("4001610162"));
    for (let i = 0; i < 3; i++) expect(decode(decoder, bytesOf("be"))).toEqual(["a", "b"]);
    decode(decoder, bytesOf("4001630164"));
    expect(decode(decoder, bytesOf("be"))).toEqual(["c", "d"]);
  });

  test("drops fields beyond the list limit, says how large the list was, and keeps the table right", () => {
    const decoder = newDecoder(4096, 100);
    const block = bytesOf("40016101624001630164400165016640016701680f0f00");
    const list = decoder.decode(block, 0, block.length);
    expect(list?.sizeBytes).toBeGreaterThan(100);
    expect(list?.toFlat()).toEqual(["a", "b", "c", "d"]);
    expect(decode(decoder, bytesOf("bebf"))).toEqual(["g", "h", "e", "f"]);
  });

  test("wants a size update at the start of the next block once a lower limit is acknowledged", () => {
    const without = newDecoder(100);
    without.confirmMaxTableBytes(100);
    expect(decode(without, bytesOf("82"))).toBeUndefined();
    const withUpdate = newDecoder(100);
    withUpdate.confirmMaxTableBytes(100);
    expect(decode(withUpdate, bytesOf("3f4582"))).toEqual([":method", "GET"]);
  });

  test("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }), (blocks) => {
        const decoder = newDecoder();
        for (const block of blocks) decoder.decode(Buffer.from(block), 0, block.length);
      }),
      { seed: 7541, numRuns: 2000 },
    );
  });
});

const name = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
  .filter((text) => text !== "te" && text !== "connection" && text !== "upgrade");
const value = fc.oneof(
  fc.constantFrom("", "a", "application/grpc", "1"),
  fc.string({
    unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 50,
  }),
);
const list = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => pairs.flat());

describe("hpackEncoder", () => {
  test.each(["all", "indexed", "none"] as const)(
    "round trips any sequence of lists (huffman: %s)",
    (huffman) => {
      fc.assert(
        fc.property(fc.array(fc.tuple(list, list, fc.nat(2000)), { maxLength: 12 }), (calls) => {
          const encoder = newEncoder(huffman, 4096);
          const decoder = newDecoder();
          const pool = calls.map(([fixed]) => new PreparedHeaders(fixed));
          for (const [turn, [, extra, size]] of calls.entries()) {
            if (size < 300) encoder.setPeerTableBytes(size);
            const prepared = pool[turn % 3] as PreparedHeaders;
            const block = encode(encoder, prepared, extra);
            expect(decode(decoder, block)).toEqual([...prepared.fields, ...extra]);
            expect(decoder.tableBytes).toBe(encoder.tableBytes);
          }
        }),
        { seed: 9113, numRuns: 500 },
      );
    },
  );

  test("a prepared list shrinks to a byte a field", () => {
    const encoder = newEncoder();
    const prepared = new PreparedHeaders([
      ":method",
      "POST",
      ":path",
      "/greet.Greet/Hello",
      "te",
      "trailers",
    ]);
    encode(encoder, prepared);
    expect(encode(encoder, prepared)).toHaveLength(3);
    expect(encode(encoder, prepared)).toHaveLength(3);
  });

  test("varying values do not enter the table, repeated ones do", () => {
    const encoder = newEncoder();
    encode(encoder, none, ["grpc-timeout", "1m"]);
    const once = encoder.tableBytes;
    for (let i = 2; i < 20; i++) encode(encoder, none, ["grpc-timeout", `${i}m`]);
    expect(encoder.tableBytes).toBe(once);
    encode(encoder, none, ["grpc-timeout", "19m"]);
    expect(encoder.tableBytes).toBeGreaterThan(once);
  });

  test("marks sensitive fields as never to be indexed", () => {
    const options = {
      encoderTableBytes: 4096,
      huffman: "none",
      neverIndexedNames: new Set(["authorization"]),
    } as const;
    const encoder = new HpackEncoder(options, 4096);
    for (let i = 0; i < 3; i++) {
      expect(encode(encoder, none, ["authorization", "x"]).toString("hex")).toBe("1f080178");
    }
  });

  test("tells the smallest and the last size after several changes", () => {
    const encoder = newEncoder();
    for (const size of [2000, 100, 3000]) encoder.setPeerTableBytes(size);
    expect(encode(encoder, none).toString("hex")).toBe("3f453f9917");
    expect(encode(encoder, none)).toHaveLength(0);
  });

  test.each([
    { what: "a line break in a value", fields: ["x", "a\r\nb"] },
    { what: "a capital in a name", fields: ["X-A", "b"] },
    { what: "a field of an HTTP/1 connection", fields: ["connection", "close"] },
    { what: "an odd count", fields: ["x"] },
    { what: "a pseudo-header field after an ordinary one", fields: ["x", "y", ":path", "/"] },
  ])("refuses to prepare $what", ({ fields }) => {
    expect(() => new PreparedHeaders(fields)).toThrow(TypeError);
  });

  test("refuses an extra field with a line break before anything is written", () => {
    const encoder = newEncoder();
    expect(() => encode(encoder, none, ["a", "b", "c", "d\n"])).toThrow(TypeError);
    expect(encoder.tableBytes).toBe(0);
  });
});

test("a table that is too small for all methods does not churn", () => {
  const encoder = newEncoder("indexed", 200);
  const lists = Array.from(
    { length: 20 },
    (_, i) => new PreparedHeaders([":path", `/service/method-${i}`]),
  );
  let bytes = 0;
  for (let turn = 0; turn < 50; turn++)
    for (const prepared of lists) bytes += encode(encoder, prepared).length;
  expect(bytes / 1000).toBeLessThan(22);
  expect(new EncoderTable(10).roomFor("abc", "def")).toBe("none");
});

import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import fc from "fast-check";
import { brotli, encodingNamed, gzip, readHere } from "./encodings.js";

test("each encoding that is read here is found by its name, and no other", () => {
  const names = ["identity", "deflate", "", "GZIP", ...readHere.split(",")];
  expect(names.flatMap((name) => encodingNamed(name) ?? [])).toEqual([gzip, brotli]);
});

describe.each([
  { encoding: gzip, name: "gzip", decompressSync: gunzipSync, half: "1f8b0800000000000003cb48" },
  { encoding: brotli, name: "br", decompressSync: brotliDecompressSync, half: "0b02806865" },
])("$name", ({ encoding, name, decompressSync, half }) => {
  test("is read by others", async () => {
    const packed = await encoding.compress(Buffer.from("hello"));
    expect(decompressSync(packed).toString()).toBe("hello");
  });

  test("comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        const back = await encoding.decompress(await encoding.compress(bytes), 5_000);
        expect(Uint8Array.from(back)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  test("takes no bytes for an empty message", async () => {
    expect(await encoding.decompress(new Uint8Array(), 1)).toHaveLength(0);
  });

  test("takes a message of exactly the limit, and none that is longer", async () => {
    const packed = await encoding.compress(Buffer.alloc(1_000));
    expect(await encoding.decompress(packed, 1_000)).toHaveLength(1_000);
    await expect(encoding.decompress(packed, 999)).rejects.toMatchObject({
      code: Code.ResourceExhausted,
      rawMessage: "message is larger than maxReceiveBytes 999 after decompression",
    });
  });

  test("stops at the limit, however much would come", async () => {
    const bomb = await encoding.compress(Buffer.alloc(64 * 1024 * 1024));
    await expect(encoding.decompress(bomb, 1_024)).rejects.toMatchObject({
      code: Code.ResourceExhausted,
    });
  });

  test.each([
    { what: "other bytes", bytes: Buffer.from("neither of the two") },
    { what: "half a message", bytes: Buffer.from(half, "hex") },
  ])("rejects $what", async ({ bytes }) => {
    await expect(encoding.decompress(bytes, 1_024)).rejects.toMatchObject({
      code: Code.Internal,
      rawMessage: `a message cannot be decompressed with ${name}`,
    });
  });
});

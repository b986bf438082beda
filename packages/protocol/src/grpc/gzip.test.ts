import { gunzipSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import fc from "fast-check";
import { gunzip, gzip } from "./gzip.js";

describe("gzip", () => {
  test("is read by others", async () => {
    expect(gunzipSync(await gzip(Buffer.from("hello"))).toString()).toBe("hello");
  });

  test("comes back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        const back = await gunzip(await gzip(bytes), 5_000);
        expect(Uint8Array.from(back)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });
});

describe("gunzip", () => {
  test("takes no bytes for an empty message", async () => {
    expect(await gunzip(new Uint8Array(), 1)).toHaveLength(0);
  });

  test("takes a message of exactly the limit, and none that is longer", async () => {
    const packed = await gzip(Buffer.alloc(1_000));
    expect(await gunzip(packed, 1_000)).toHaveLength(1_000);
    await expect(gunzip(packed, 999)).rejects.toMatchObject({
      code: Code.ResourceExhausted,
      rawMessage: "message is larger than maxReceiveBytes 999 after decompression",
    });
  });

  test("stops at the limit, however much would come", async () => {
    const bomb = await gzip(Buffer.alloc(64 * 1024 * 1024));
    await expect(gunzip(bomb, 1_024)).rejects.toMatchObject({ code: Code.ResourceExhausted });
  });

  test.each([
    { what: "other bytes", bytes: Buffer.from("not gzip") },
    { what: "half a message", bytes: Buffer.from("1f8b0800000000000003cb48", "hex") },
  ])("rejects $what", async ({ bytes }) => {
    await expect(gunzip(bytes, 1_024)).rejects.toMatchObject({ code: Code.Internal });
  });
});

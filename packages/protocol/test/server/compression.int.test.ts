/** Compression in both directions, seen from the wire. */
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope, openRawClient, withHead } from "./support/raw-client.js";
import { note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(compressMinBytes?: number, encoding?: "gzip" | "br") {
  const { port } = closing(await openServed(undefined, 10_000, compressMinBytes, encoding));
  const client = closing(await openRawClient(port));
  const stillServes = async () => {
    expect(await client.start("Unary").sendNotes(["x"], true).status()).toMatchObject({ code: 0 });
  };
  return { client, stillServes };
}

const hi = envelope("hi");

describe("compressed requests", () => {
  const packed = (bytes: Uint8Array) => withHead(gzipSync(bytes), 1);

  test.each(["Unary", "Collect", "Watch", "Chat"])("to %s are read", async (method) => {
    const { client } = await open();
    const call = client.start(method, { "grpc-encoding": "gzip" });
    call.send(packed(envelope("h").subarray(5)), true);
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(call.texts()).toEqual([expect.stringContaining("h")]);
  });

  test.each(["Unary", "Collect"])("to %s are read in brotli too", async (method) => {
    const { client } = await open();
    const call = client.start(method, { "grpc-encoding": "br" });
    call.send(withHead(brotliCompressSync(envelope("h").subarray(5)), 1), true);
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(call.texts()).toEqual(["h"]);
  });

  test.each(["Unary", "Collect"])(
    "to %s that would become too large are refused",
    async (method) => {
      const { client, stillServes } = await open();
      const call = client.start(method, { "grpc-encoding": "gzip" });
      call.send(packed(Buffer.alloc(100_000)), true);
      expect(await call.status()).toMatchObject({ code: Code.ResourceExhausted });
      await stillServes();
    },
  );

  test.each(["Unary", "Collect"])("to %s that are no gzip are refused", async (method) => {
    const { client, stillServes } = await open();
    const call = client.start(method, { "grpc-encoding": "gzip" }).send(envelope("hi", 1), true);
    expect(await call.status()).toMatchObject({ code: Code.Internal });
    await stillServes();
  });

  test("of an encoding that is not spoken are refused, and told what is", async () => {
    const { client, stillServes } = await open();
    const call = client.start("Unary", { "grpc-encoding": "snappy" }).send(hi, true);
    expect(await call.status()).toMatchObject({
      code: Code.Unimplemented,
      message: expect.stringContaining('"snappy"'),
    });
    expect(call.headers?.get("grpc-accept-encoding")).toBe("gzip,br");
    await stillServes();
  });
});

describe("answers", () => {
  const long = "x".repeat(1_100);

  test.each(["Unary", "Collect", "Watch", "Chat"])(
    "of %s are not compressed unless the server is told to, whatever the caller accepts",
    async (method) => {
      const { client } = await open();
      const fields = { "grpc-accept-encoding": "gzip", "grpc-encoding": "gzip" };
      const call = client.start(method, fields).sendNotes([long], true);
      expect(await call.status()).toEqual({ code: 0, message: "" });
      expect(call.headers?.get("grpc-encoding")).toBeUndefined();
      expect(call.texts().join("")).toContain("xxx");
    },
  );

  test.each([{ minBytes: 0 }, { minBytes: 1_103 }, { minBytes: 1_104 }])(
    "are compressed from $minBytes bytes on",
    async ({ minBytes }) => {
      const { client } = await open(minBytes);
      const call = client.start("Unary", { "grpc-accept-encoding": "gzip" });
      await call.sendNotes([long], true).ended;
      expect(call.body()[0]).toBe(envelope(long).length - 5 >= minBytes ? 1 : 0);
    },
  );

  test.each([
    { accepts: "gzip", text: long, encoding: "gzip", flags: 1 },
    { accepts: "identity, deflate, gzip", text: long, encoding: "gzip", flags: 1 },
    { accepts: "gzip", text: "short", encoding: undefined, flags: 0 },
    { accepts: "identity", text: long, encoding: undefined, flags: 0 },
  ])("to who accepts $accepts have flags $flags", async ({ accepts, text, encoding, flags }) => {
    const { client } = await open(1_024);
    const call = client.start("Unary", { "grpc-accept-encoding": accepts });
    await call.sendNotes([text], true).ended;
    expect(call.headers?.get("grpc-encoding")).toBe(encoding);
    expect(call.body()[0]).toBe(flags);
  });

  test("can be read", async () => {
    const { client } = await open(1_024);
    const call = client.start("Unary", { "grpc-accept-encoding": "gzip" });
    expect(await call.sendNotes([long], true).status()).toEqual({ code: 0, message: "" });
    expect(gunzipSync(call.body().subarray(5))).toEqual(envelope(long).subarray(5));
  });

  test.each([
    { accepts: "br", encoding: "br" },
    { accepts: "gzip, br", encoding: "br" },
    { accepts: "gzip", encoding: undefined },
  ])("of a server with brotli to who accepts $accepts are in $encoding", async (row) => {
    const { client } = await open(1_024, "br");
    const call = client.start("Unary", { "grpc-accept-encoding": row.accepts });
    await call.sendNotes([long], true).ended;
    expect(call.headers?.get("grpc-encoding")).toBe(row.encoding);
  });

  test("in brotli can be read, also those of a stream", async () => {
    const { client } = await open(0, "br");
    const call = client.start("Collect", { "grpc-accept-encoding": "br" });
    expect(await call.sendNotes([long], true).status()).toEqual({ code: 0, message: "" });
    expect(brotliDecompressSync(call.body().subarray(5))).toEqual(envelope(long).subarray(5));
    const watch = client.start("Watch", { "grpc-accept-encoding": "br" });
    await watch.sendNotes(["a"], true).ended;
    expect(watch.headers?.get("grpc-encoding")).toBe("br");
    expect(brotliDecompressSync(watch.body().subarray(5))).toEqual(envelope("a").subarray(5));
  });

  test("of a stream mix long and short messages in order", async () => {
    const watch = async function* () {
      yield note(long);
      yield note("short");
      yield note(long);
    };
    const { port } = closing(await openServed({ watch }, 10_000, 1_024));
    const client = closing(await openRawClient(port));
    const call = client.start("Watch", { "grpc-accept-encoding": "gzip" });
    await call.sendNotes(["go"], true).ended;
    expect(call.headers?.get("grpc-encoding")).toBe("gzip");
    const packed = gzipSync(envelope(long).subarray(5)).length + 5;
    const body = call.body();
    expect([body[0], body[packed], body.length]).toEqual([1, 0, packed * 2 + 5 + 7]);
  });
});

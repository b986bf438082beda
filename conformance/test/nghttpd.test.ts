/** Our HTTP/2 client, and the whole client above it, call nghttpd, the server of nghttp2's authors. */
import { connect } from "node:net";
import { Code } from "@connectrpc/connect";
import { newClient } from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { Http2ClientConnection, type Http2Options } from "@thrice/http2";
import { newKindsService } from "../gen/kinds/kinds_thrice.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { freePort, listening } from "../support/free-port.js";
import { request } from "../support/http2-request.js";
import { start } from "../support/programs.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const closing = closeAfterEach();
const megabyte = Buffer.alloc(1_000_000, "0123456789");

/** Starts nghttpd over a folder with files of some sizes. */
async function openNghttpd(args: readonly string[] = []): Promise<number> {
  const folder = closing(temporaryFolder());
  folder.write("empty", "");
  folder.write("short", "hello");
  folder.write("megabyte", megabyte);
  const port = await freePort();
  const listenAt = ["--no-tls", "-a", "127.0.0.1", "-d", folder.path, ...args, String(port)];
  const program = closing(start("nghttpd", listenAt));
  await listening(port, program.finished);
  return port;
}

async function open(args: readonly string[] = [], options: Http2Options = {}) {
  const socket = connect(await openNghttpd(args), "127.0.0.1");
  const connection = new Http2ClientConnection(socket, options);
  closing({ close: async () => connection.destroy() });
  return connection;
}

const ways: readonly { way: string; args: readonly string[]; options?: Http2Options }[] = [
  { way: "as it is", args: [] },
  { way: "with padding", args: ["-b", "255"] },
  { way: "with no header table", args: ["-c", "0", "--encoder-header-table-size=0"] },
  { way: "with a large header table", args: ["-c", "1M", "--encoder-header-table-size=1M"] },
  { way: "with windows of 255 bytes for what we send", args: ["-w", "8", "-W", "16"] },
  {
    way: "with windows of 1 KB for what it sends",
    args: [],
    options: { streamWindowBytes: 1_023, maxStreamWindowBytes: 1_023, headerTableBytes: 0 },
  },
];

describe.each(ways)("nghttpd $way", ({ args, options = {} }) => {
  test.each([
    { path: "/empty", body: Buffer.alloc(0) },
    { path: "/short", body: Buffer.from("hello") },
    { path: "/megabyte", body: megabyte },
  ])("sends $path whole", async ({ path, body }) => {
    const answer = await request(await open(args, options), path);
    expect(answer).toMatchObject({ status: "200", end: { kind: "completed" } });
    expect(answer.body.equals(body)).toBe(true);
  });

  test("takes 1 MB and sends it back, with trailers", async () => {
    const more = ["--echo-upload", "--trailer", "x-last: 1"];
    const answer = await request(await open([...args, ...more], options), "/", megabyte);
    expect(answer).toMatchObject({ status: "200", end: { kind: "completed" } });
    expect(answer.body.equals(megabyte)).toBe(true);
    expect(answer.trailers).toEqual(["x-last", "1"]);
  });

  test("answers 500 requests, 50 at once", async () => {
    const connection = await open(args, options);
    const statuses: (string | undefined)[] = [];
    const lane = async () => {
      for (let at = 0; at < 10; at++) {
        const { status } = await request(connection, "/short", undefined, ["x-at", String(at)]);
        statuses.push(status);
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    expect(statuses).toEqual(Array(500).fill("200"));
  });
});

test("what is not there is answered with 404", async () => {
  const answer = await request(await open(), "/nope");
  expect(answer).toMatchObject({ status: "404", end: { kind: "completed" } });
});

describe("a call of gRPC", () => {
  function call(port: number) {
    const url = `tri://127.0.0.1:${port}`;
    const client = closing(newClient({ url, retries: 0, logger: memoryLogger() }));
    return newKindsService(client).unary({ text: "hi" });
  }

  test("to a path that nghttpd has not is unimplemented", async () => {
    await expect(call(await openNghttpd())).rejects.toMatchObject({
      code: Code.Unimplemented,
      rawMessage: expect.stringContaining("HTTP 404"),
    });
  });

  test("that nghttpd sends back as it came is no answer of gRPC", async () => {
    await expect(call(await openNghttpd(["--echo-upload"]))).rejects.toMatchObject({
      code: Code.Unknown,
      rawMessage: expect.stringContaining("answered with"),
    });
  });
});

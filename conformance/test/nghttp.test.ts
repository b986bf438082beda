/** nghttp, the client of nghttp2's authors, calls a server with all that HTTP/2 allows. */
import { closeAfterEach } from "../support/close-after-each.js";
import { envelope, textsIn } from "../support/envelope.js";
import { run } from "../support/programs.js";
import { serve } from "../support/served.js";
import { wires } from "../support/wires.js";

const closing = closeAfterEach();

const fieldsOf = {
  Connect: ["-H", ":method: POST", "-H", "content-type: application/json"],
  gRPC: ["-H", ":method: POST", "-H", "content-type: application/grpc", "-H", "te: trailers"],
};

/** Options of nghttp that change what goes over the wire. */
const ways: readonly { way: string; args: readonly string[] }[] = [
  { way: "as it is", args: [] },
  { way: "with padding", args: ["-b", "255"] },
  { way: "with CONTINUATION", args: ["--continuation"] },
  { way: "in windows of 255 bytes", args: ["-w", "8", "-W", "16"] },
  { way: "with no header table", args: ["-c", "0", "--encoder-header-table-size=0"] },
  { way: "with a header table that shrinks and grows", args: ["-c", "0", "-c", "64K"] },
  { way: "with a large header table", args: ["--encoder-header-table-size=1M"] },
  { way: "without a content length", args: ["--no-content-length"] },
  { way: "without PRIORITY", args: ["--no-dep"] },
  { way: "with trailers", args: ["--trailer", "x-last: 1"] },
  { way: "after 100 (Continue)", args: ["--expect-continue"] },
];

describe.each(wires)("nghttp $name", (wire) => {
  async function open() {
    const served = closing(await serve(wire));
    const nghttp = (path: string, args: readonly string[], input: Uint8Array | string = "") =>
      run("nghttp", [...wire.args.nghttp, ...args, `${served.baseUrl}${path}`], { input });
    return { ...served, nghttp };
  }

  test.each(ways)("makes a call of Connect $way", async ({ args }) => {
    const { nghttp } = await open();
    const body = JSON.stringify({ text: "hello ".repeat(2_000) });
    const { exit, stdout } = await nghttp(
      "/Unary",
      [...fieldsOf.Connect, ...args, "-d", "-"],
      body,
    );
    expect(exit).toBe(0);
    expect(String(stdout)).toBe(body);
  });

  test.each(ways)("makes a call of gRPC $way", async ({ args }) => {
    const { nghttp } = await open();
    const text = "hello ".repeat(20_000);
    const sent = Buffer.concat([envelope(text), envelope("and more")]);
    const { exit, stdout } = await nghttp("/Chat", [...fieldsOf.gRPC, ...args, "-d", "-"], sent);
    expect(exit).toBe(0);
    expect(textsIn(stdout)).toEqual([`re: ${text}`, "re: and more"]);
  });

  test.each([
    { text: "hi", status: 0 },
    { text: "fail", status: 5 },
  ])("is sent status $status in the trailers for $text", async ({ text, status }) => {
    const { nghttp } = await open();
    const { stdout } = await nghttp("/Chat", [...fieldsOf.gRPC, "-v", "-d", "-"], envelope(text));
    expect(String(stdout)).toMatch(new RegExp(`^.* recv .*grpc-status: ${status}$`, "m"));
  });

  test.each([
    { what: "an encoding that is not spoken", field: "grpc-encoding: zstd", status: 12 },
    { what: "a timeout that is none", field: "grpc-timeout: soon", status: 3 },
  ])("is told of $what by status $status, while it still sends", async ({ field, status }) => {
    const { nghttp } = await open();
    const args = [...fieldsOf.gRPC, "-H", field, "-v", "-d", "-"];
    const { stdout } = await nghttp("/Unary", args, envelope("x".repeat(1_000_000)));
    expect(String(stdout)).toMatch(new RegExp(`^.* recv .*grpc-status: ${status}$`, "m"));
  });

  test("hears 100 (Continue) before it sends", async () => {
    const { nghttp } = await open();
    const args = [...fieldsOf.Connect, "--expect-continue", "-v", "-d", "-"];
    const log = String((await nghttp("/Unary", args, "{}")).stdout);
    expect(log.indexOf(":status: 100")).toBeGreaterThan(0);
    expect(log.indexOf(":status: 100")).toBeLessThan(log.indexOf("send DATA frame"));
  });

  test.each([
    { what: "1 000 requests, 100 at once", args: ["-m", "1000"], requests: 1_000 },
    { what: "1 000 requests at once", args: ["-m", "1000", "-M", "1000"], requests: 1_000 },
    { what: "100 requests one by one", args: ["-m", "100", "-M", "1"], requests: 100 },
  ])("makes $what on one connection", async ({ args, requests }) => {
    const { nghttp, counts } = await open();
    const all = [...fieldsOf.gRPC, "-n", "-s", ...args, "-d", "-"];
    const { exit, stdout } = await nghttp("/Unary", all, envelope("hi"));
    expect(exit).toBe(0);
    expect(statusesIn(stdout)).toEqual(Array(requests).fill(200));
    expect(counts.unary).toBe(requests);
  });

  test.each([
    { what: "a path that is not there", path: "/Nope", args: [], status: 404 },
    { what: "HEAD", path: "/Nope", args: ["-H", ":method: HEAD"], status: 404 },
    { what: "GET of a method with side effects", path: "/Unary", args: [], status: 405 },
    { what: "GET", path: "/Read?connect=v1&encoding=json&message=%7B%7D", args: [], status: 200 },
  ])("is answered for $what", async ({ path, args, status }) => {
    const { nghttp } = await open();
    const { exit, stdout, stderr } = await nghttp(path, ["-n", "-s", ...args]);
    expect({ exit, stderr, statuses: statusesIn(stdout) }).toEqual({
      exit: 0,
      stderr: "",
      statuses: [status],
    });
  });

  test("is told of a message above the limit while it still sends", async () => {
    const { nghttp } = await open();
    const body = JSON.stringify({ text: "x".repeat(6 * 1024 * 1024) });
    const { stdout } = await nghttp("/Unary", [...fieldsOf.Connect, "-d", "-"], body);
    expect(JSON.parse(String(stdout))).toMatchObject({ code: "resource_exhausted" });
  });

  test("sends headers of 30 KB in CONTINUATION frames", async () => {
    const { nghttp } = await open();
    const args = [...fieldsOf.Connect, "-H", `x-say: ${"a".repeat(30_000)}`, "-d", "-"];
    const { exit, stdout } = await nghttp("/Unary", args, '{"text":"hi"}');
    expect(exit).toBe(0);
    expect(String(stdout)).toBe('{"text":"hi"}');
  });
});

test("an upgrade from HTTP/1.1, which RFC 9113 took back, is not made", async () => {
  const { baseUrl } = closing(await serve({ scheme: "http", server: {} }));
  const url = `${baseUrl}/Read?connect=v1&encoding=json&message=%7B%7D`;
  const { stderr } = await run("nghttp", ["-n", "-u", url]);
  expect(stderr).toContain("HTTP Upgrade failed");
  const after = await run("nghttp", ["-n", "-s", url]);
  expect(statusesIn(after.stdout)).toEqual([200]);
});

/** The codes in the table that `-s` prints. */
function statusesIn(stdout: Buffer): number[] {
  const rows = String(stdout).matchAll(/^ *\d+ +\S+ +\S+ +\S+ +(\d{3}) +\S+ \/\S*$/gm);
  return Array.from(rows, ([, status]) => Number(status));
}

/** h2load, nghttp2's load generator, puts a server under load. It judges HTTP; the handlers' counts and the bytes judge gRPC. */
import { closeAfterEach } from "../support/close-after-each.js";
import { envelope } from "../support/envelope.js";
import { run } from "../support/programs.js";
import { serve } from "../support/served.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { wires } from "../support/wires.js";

const closing = closeAfterEach();

const grpc = ["-H", "content-type: application/grpc", "-H", "te: trailers"];
const json = ["-H", "content-type: application/json"];
const shortText = "hi";
const longText = "x".repeat(1_000_000);

describe.each(wires)("h2load $name", (wire) => {
  test.each([
    {
      what: "20 000 calls of gRPC, 16 connections, 32 at once on each",
      args: ["-n", "20000", "-c", "16", "-m", "32"],
      text: shortText,
      requests: 20_000,
    },
    {
      what: "5 000 calls of gRPC, 1 000 at once on one connection",
      args: ["-n", "5000", "-c", "1", "-m", "1000"],
      text: shortText,
      requests: 5_000,
    },
    {
      what: "400 connections of 2 calls",
      args: ["-n", "800", "-c", "400"],
      text: shortText,
      requests: 800,
    },
    {
      what: "calls without header tables",
      args: ["-n", "2000", "-c", "4", "-m", "10", "--header-table-size=0"],
      text: shortText,
      requests: 2_000,
    },
    {
      what: "messages of 1 MB in windows of 1 KB",
      args: ["-n", "20", "-c", "2", "-m", "5", "-w", "10", "-W", "16"],
      text: longText,
      requests: 20,
    },
    {
      what: "messages of 1 MB, 10 at once in the connection's window of 64 KB",
      args: ["-n", "60", "-c", "3", "-m", "10", "-W", "16"],
      text: longText,
      requests: 60,
    },
    {
      what: "messages of 1 MB in the widest windows",
      args: ["-n", "60", "-c", "3", "-m", "10", "-f", "1048576"],
      text: longText,
      requests: 60,
    },
  ])("$what all succeed", async ({ args, text, requests }) => {
    const { baseUrl, counts } = closing(await serve(wire));
    const file = closing(temporaryFolder()).write("body", envelope(text));
    const all = [...wire.args.h2load, ...args, ...grpc, "-d", file, `${baseUrl}/Unary`];
    const { exit, stdout } = await run("h2load", all);
    expect(exit).toBe(0);
    expect(reportOf(stdout)).toEqual({
      succeeded: requests,
      failed: 0,
      errored: 0,
      ok: requests,
      contentBytes: requests * envelope(text).length,
    });
    expect(counts.unary).toBe(requests);
  });

  test("500 streams of 100 messages all succeed", async () => {
    const { baseUrl, counts } = closing(await serve(wire));
    const file = closing(temporaryFolder()).write("body", envelope("x".repeat(100)));
    const args = [...wire.args.h2load, "-n", "500", "-c", "5", "-m", "20", ...grpc, "-d", file];
    const { stdout } = await run("h2load", [...args, `${baseUrl}/Watch`]);
    const contentBytes = 500 * 100 * envelope("x").length;
    expect(reportOf(stdout)).toMatchObject({ succeeded: 500, ok: 500, contentBytes });
    expect(counts.watch).toBe(500);
  });

  test.each([
    { over: "HTTP/2", args: ["-m", "20"], fields: json },
    { over: "HTTP/1.1", args: ["--h1"], fields: json },
  ])("2 000 calls of Connect over $over all succeed", async ({ args, fields }) => {
    const { baseUrl, counts } = closing(await serve(wire));
    const file = closing(temporaryFolder()).write("body", '{"text":"hi"}');
    const all = [...wire.args.h2load, "-n", "2000", "-c", "10", ...args, ...fields, "-d", file];
    const { stdout } = await run("h2load", [...all, `${baseUrl}/Unary`]);
    expect(reportOf(stdout)).toMatchObject({ succeeded: 2_000, ok: 2_000 });
    expect(counts.unary).toBe(2_000);
  });

  test("2 000 GETs, 8 at once in the pipeline of HTTP/1.1, all succeed", async () => {
    const { baseUrl, counts } = closing(await serve(wire));
    const args = [...wire.args.h2load, "-n", "2000", "-c", "5", "--h1", "-m", "8"];
    const url = `${baseUrl}/Read?connect=v1&encoding=json&message=%7B%7D`;
    const { stdout } = await run("h2load", [...args, url]);
    expect(reportOf(stdout)).toMatchObject({ succeeded: 2_000, ok: 2_000 });
    expect(counts.read).toBe(2_000);
  });
});

/** What h2load says at its end. */
function reportOf(stdout: Buffer) {
  const text = String(stdout);
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  return {
    succeeded: number(/(\d+) succeeded/),
    failed: number(/(\d+) failed/),
    errored: number(/(\d+) errored/),
    ok: number(/status codes: (\d+) 2xx/),
    contentBytes: number(/\((\d+)\) data$/m),
  };
}

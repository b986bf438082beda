/** Client and server with TLS between them. */
import { execFile } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient, type Interceptor } from "@connectrpc/connect";
import { attemptsOf, createThriceTransport, roundRobin } from "@thrice/client";
import { createLogger } from "@thrice/core";
import { testCertificate } from "@thrice/core/testing";
import { accessLog, peerKey } from "@thrice/server";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";

const bench = new Bench();
afterEach(() => bench.close());

const ca = testCertificate({ name: "CA", hosts: [] });
const { cert, key } = testCertificate({ issuer: ca });
const stranger = testCertificate({ name: "stranger" });
const trusting = { ca: ca.cert };

test("carries all kinds of calls", async () => {
  const { url } = await bench.serve({}, { tls: { cert, key } });
  const { stub } = bench.client({ url, tls: trusting });
  expect(await stub.unary({ text: "hi" })).toMatchObject({ text: "hi" });
  expect(await readAll(stub.watch({ text: "hi" }))).toEqual(["hi 1", "hi 2"]);
  expect(await stub.collect(notes("a", "b"))).toMatchObject({ text: "a,b" });
  expect(await readAll(stub.chat(notes("a", "b")))).toEqual(["a", "b"]);
});

test("carries messages of several records", async () => {
  const { url } = await bench.serve({}, { tls: { cert, key } });
  const { stub } = bench.client({ url, tls: trusting });
  const text = "long ".repeat(100_000);
  expect((await stub.unary({ text })).text).toBe(text);
});

test("is for Connect's clients too, and interceptors see https", async () => {
  const { url, id } = await bench.serve({}, { tls: { cert, key } });
  const urls: string[] = [];
  const see: Interceptor = (next) => (request) => {
    urls.push(request.url);
    return next(request);
  };
  const transport = createThriceTransport({ url, tls: trusting, interceptors: [see] });
  bench.closeLater(() => transport.close());
  const kinds = createClient(KindsService, transport);
  expect(await kinds.unary({ text: "hi" })).toMatchObject({ text: "hi" });
  expect(urls).toEqual([`https://${id}/kinds.KindsService/Unary`]);
});

test("tells why a server is not trusted, as a failure to connect", async () => {
  const { url, id, attempts } = await bench.serve(
    {},
    { tls: { cert: stranger.cert, key: stranger.key } },
  );
  const { stub } = bench.client({ url, tls: trusting, retries: 0 });
  const error = await failureOf(stub.unary({}));
  expect(error).toMatchObject({
    message: expect.stringContaining(`cannot connect to ${id}: the peer's certificate is signed`),
  });
  expect(attemptsOf(error)).toMatchObject([{ outcome: "connect-failed" }]);
  expect(attempts()).toBe(0);
});

test("goes to a server that is trusted when another is not", async () => {
  const [wrong, right] = [
    await bench.serve({}, { tls: { cert: stranger.cert, key: stranger.key } }),
    await bench.serve({}, { tls: { cert, key } }),
  ];
  const { stub } = bench.client({ url: [wrong.url, right.url], tls: trusting });
  expect(await stub.unary({ text: "hi" })).toMatchObject({ text: "hi" });
});

test.each([
  { what: "a client in the clear", client: {}, server: { tls: { cert, key } } },
  { what: "a server in the clear", client: { tls: trusting }, server: {} },
])("$what fails to connect", async ({ client, server }) => {
  const { url } = await bench.serve({}, server);
  const { stub } = bench.client({ url, ...client, retries: 0 });
  const error = await failureOf(stub.unary({}));
  expect(attemptsOf(error)).toMatchObject([{ outcome: "connect-failed" }]);
});

test("a client with tls: true trusts whom Node.js trusts, and not us", async () => {
  const { url } = await bench.serve({}, { tls: { cert, key } });
  const { stub } = bench.client({ url, tls: true, retries: 0 });
  const error = await failureOf(stub.unary({}));
  expect(error).toMatchObject({ message: expect.stringContaining("see tls.ca") });
});

test("a client with tls: true trusts whom Node.js is told to trust, and does not keep its process alive", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thrice-"));
  bench.closeLater(async () => rmSync(folder, { recursive: true }));
  const file = join(folder, "ca.pem");
  writeFileSync(file, ca.cert);
  const { url } = await bench.serve({}, { tls: { cert, key } });
  const program = join(__dirname, "support", "one-call.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--conditions", "@thrice/source", program, url, "tls"],
    { timeout: 20_000, env: { ...process.env, NODE_EXTRA_CA_CERTS: file } },
  );
  expect(stdout).toBe("hi\n");
}, 30_000);

test("a client trusts nobody because of an environment variable", async () => {
  const { url } = await bench.serve({}, { tls: { cert, key } });
  const program = join(__dirname, "support", "one-call.ts");
  const run = promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--conditions", "@thrice/source", program, url, "tls"],
    { timeout: 20_000, env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" } },
  );
  expect(await failureOf(run)).toMatchObject({ stderr: expect.stringContaining("see tls.ca") });
}, 30_000);

test("a certificate in files is shown as it is now, and its bearer is known to the server's interceptors", async () => {
  const folder = mkdtempSync(join(tmpdir(), "thrice-tls-"));
  bench.closeLater(async () => rmSync(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const put = (name: string) => {
    const own = testCertificate({ issuer: ca, name });
    for (const [path, text] of [
      [certFile, own.cert],
      [keyFile, own.key],
    ] as const) {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    }
  };
  put("first");
  const callers: (string | undefined)[] = [];
  const see: Interceptor = (next) => (request) => {
    callers.push(request.contextValues.get(peerKey)?.commonName);
    return next(request);
  };
  const tls = { cert, key, ca: ca.cert };
  const lines: string[] = [];
  const interceptors = [accessLog({ write: (line) => void lines.push(line) }), see];
  const servers = [await bench.serve({}, { tls, interceptors })];
  servers.push(await bench.serve({}, { tls, interceptors }));
  const isReadAgain = Promise.withResolvers<void>();
  const logger = createLogger(({ message }) => {
    if (message.startsWith("certificates are read again")) isReadAgain.resolve();
  });
  const { stub } = bench.client({
    url: servers.map(({ url }) => url),
    tls: { ca: ca.cert, certFile, keyFile },
    loadBalance: roundRobin,
    logger,
  });
  await stub.unary({});
  put("second");
  await isReadAgain.promise;
  for (const text of ["a", "b"]) await stub.unary({ text });
  expect(callers.toSorted()).toEqual(["first", "first", "second"]);
  expect(lines.map((line) => line.split(" ").at(-1))).toEqual(
    callers.map((name) => `peer="CN=${name}"`),
  );
});

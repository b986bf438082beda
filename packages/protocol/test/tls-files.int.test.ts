/** Certificates that change on disk while calls run. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import type { ServiceImpl } from "@connectrpc/connect";
import { systemClock } from "@thrice/core";
import { testCertificate } from "@thrice/core/testing";
import { resolveClientTls, resolveServerTls, WireServer } from "../src/index.js";
import { CertificateFiles } from "../src/tls/certificate-files.js";
import type { TlsMaterial } from "../src/tls/pem-sources.js";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { openTlsSocket } from "./server/support/tls-served.js";
import { answerOf, channelTo, endOf, many, note, one, textOf } from "./support/calls.js";
import { certificateFolder, waitingLogger } from "./support/certificate-folder.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { echo } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const ca = testCertificate({ name: "CA", hosts: [] });
const first = testCertificate({ issuer: ca, name: "first" });
const second = testCertificate({ issuer: ca, name: "second" });

/** Watches files that hold the first certificate. */
async function watched() {
  const folder = closing(await certificateFolder(first));
  const log = waitingLogger();
  const files = closing(
    new CertificateFiles({ certFile: folder.path("cert"), keyFile: folder.path("key") }),
  );
  const used: TlsMaterial[] = [];
  files.watch({ logger: log.logger, use: (material) => used.push(material) });
  return { ...log, used, put: folder.put, path: folder.path };
}

describe("files of certificates", () => {
  test("are read again when they change", async () => {
    const { used, put, until, records, path } = await watched();
    await put({ cert: second.cert, key: second.key });
    await until("info");
    expect(used).toEqual([{ cert: second.cert.trim(), key: second.key }]);
    const paths = `${path("cert")}, ${path("key")}`;
    expect(records.at(-1)?.message).toBe(`certificates are read again: [${paths}]`);
  });

  test.each([
    { what: "half a file", cert: second.cert.slice(0, 300), says: "the last one has no end" },
    { what: "an empty file", cert: "", says: "must hold a certificate as PEM, got ''" },
    { what: "another's key", cert: second.cert, says: "must be the key of the first certificate" },
  ])("change nothing when they hold $what, with one line, and mend", async ({ cert, says }) => {
    const { used, put, until, records } = await watched();
    await put({ cert });
    await until("warn");
    expect(used).toEqual([]);
    expect(records).toEqual([{ level: "warn", message: expect.stringContaining(says) }]);
    await put({ cert: second.cert, key: second.key });
    await until("info");
    expect(used).toHaveLength(1);
  });

  test("are read again when a link before them leads elsewhere, as Kubernetes does it", async () => {
    const folder = closing(await certificateFolder({}));
    for (const [name, { cert, key }] of Object.entries({ first, second })) {
      await mkdir(join(folder.root, name));
      await writeFile(join(folder.root, name, "cert.pem"), cert);
      await writeFile(join(folder.root, name, "key.pem"), key);
    }
    await symlink("first", join(folder.root, "..data"));
    await symlink("..data/cert.pem", folder.path("cert"));
    await symlink("..data/key.pem", folder.path("key"));
    const { logger, until } = waitingLogger();
    const files = { certFile: folder.path("cert"), keyFile: folder.path("key") };
    const watch = closing(new CertificateFiles(files));
    const used: TlsMaterial[] = [];
    watch.watch({ logger, use: (material) => used.push(material) });
    await symlink("second", join(folder.root, "..data.new"));
    await rename(join(folder.root, "..data.new"), join(folder.root, "..data"));
    await until("info");
    expect(used.map(({ key }) => key)).toEqual([second.key]);
  });

  test("log a problem once, however often it is found", async () => {
    const { put, until, records } = await watched();
    for (const cert of ["", " ", "  "]) {
      await put({ cert: `x${cert}` });
      await until("warn", 1);
    }
    await put({ cert: second.cert, key: second.key });
    await until("info");
    expect(records.filter(({ message }) => message.includes("got 'x'"))).toHaveLength(1);
  });
});

/** A server whose certificate is in files. */
async function served(caFile = false) {
  const folder = closing(await certificateFolder({ ...first, ca: ca.cert }));
  const log = waitingLogger();
  const tls = resolveServerTls({
    certFile: folder.path("cert"),
    keyFile: folder.path("key"),
    ...(caFile && { caFile: folder.path("ca") }),
  });
  const implementation: Partial<ServiceImpl<typeof KindsService>> = echo;
  const service = { service: KindsService, implementation, maxReceiveBytes: 1024 };
  const server = new WireServer({
    services: [service],
    logger: log.logger,
    clock: systemClock,
    tls,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  closing({ close: () => server.close(0) });
  return { ...log, port, put: folder.put };
}

async function shownBy(port: number): Promise<string> {
  const { socket } = closing(await openTlsSocket(port, { ca: ca.cert }));
  const { raw } = socket.getPeerCertificate();
  return new X509Certificate(raw).subject;
}

/** Requests that a test hands over one by one. */
function handed() {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  return {
    requests: readable as unknown as AsyncIterable<never>,
    send: (text: string) => writer.write(note(text)),
    end: () => writer.close(),
  };
}

describe("a server whose certificate is in files", () => {
  test("shows new callers the new one, and goes on with a call that runs", async () => {
    const { port, put, until } = await served();
    const channel = closing(channelTo(port, { tls: resolveClientTls({ ca: ca.cert }) }));
    const { requests, send, end } = handed();
    const answers = await (async () => {
      const call = channel.start(many("chat", requests));
      void send("before");
      return answerOf(call.end);
    })();
    const next = async () => textOf((await answers.next()).value);
    expect(await next()).toBe("re: before");
    expect(await shownBy(port)).toBe("CN=first");
    await put({ cert: second.cert, key: second.key });
    await until("info");
    expect(await shownBy(port)).toBe("CN=second");
    const later = closing(channelTo(port, { tls: resolveClientTls({ ca: ca.cert }) }));
    expect(await endOf(later.start(one("unary", "hi")))).toEqual({ text: "hi" });
    void send("after");
    expect(await next()).toBe("re: after");
    void end();
    expect((await answers.next()).done).toBe(true);
  });

  test("keeps the old one while the files are wrong", async () => {
    const { port, put, until } = await served();
    await put({ key: "-----BEGIN PRIVATE KEY-----\n" });
    await until("warn");
    expect(await shownBy(port)).toBe("CN=first");
  });

  test("turns away at once whom another CA has signed, also with a session of before", async () => {
    const { port, put, until } = await served(true);
    const own = testCertificate({ issuer: ca, name: "caller" });
    const { socket } = closing(await openTlsSocket(port, { ...own, ca: ca.cert }));
    const [session] = await once(socket, "session");
    await put({ ca: testCertificate({ name: "other", hosts: [] }).cert });
    await until("info");
    const again = closing(await openTlsSocket(port, { ...own, ca: ca.cert, session }));
    expect(await again.closed).toBe("");
    const channel = closing(
      channelTo(port, { tls: resolveClientTls({ ca: ca.cert, ...only(own) }) }),
    );
    expect(await endOf(channel.start(one("unary")))).toMatchObject({ outcome: "connect-failed" });
  });
});

/** What options take of a certificate. */
function only({ cert, key }: { cert: string; key: string }) {
  return { cert, key };
}

/** A bare server that takes note of the certificates that it is shown. */
async function peerThatNotes() {
  const shown: string[] = [];
  const wants = { ca: ca.cert, requestCert: true, ALPNProtocols: ["h2", "http/1.1"] };
  const server = createServer({ ...first, ...wants }, (socket) => {
    shown.push(socket.getPeerCertificate().subject.CN as string);
    socket.on("error", () => {});
    socket.end();
  });
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  closing({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { shown, port: (server.address() as AddressInfo).port };
}

describe("a client whose certificate is in files", () => {
  test.each([
    { what: "gRPC", options: {} },
    { what: "Connect over HTTP/1.1", options: { protocol: "connect", httpVersion: "1.1" } },
  ] as const)("shows the new one on new connections, with $what", async ({ options }) => {
    const { port, shown } = await peerThatNotes();
    const folder = closing(await certificateFolder(first));
    const { logger, until } = waitingLogger();
    const files = { certFile: folder.path("cert"), keyFile: folder.path("key") };
    const tls = resolveClientTls({ ...files, ca: ca.cert });
    tls?.watch(logger);
    closing({ close: async () => tls?.close() });
    const channel = closing(channelTo(port, { ...options, tls }));
    await endOf(channel.start(one("unary")));
    await folder.put({ cert: second.cert, key: second.key });
    await until("info");
    await endOf(channel.start(one("unary")));
    expect(new Set(shown)).toEqual(new Set(["first", "second"]));
    expect(shown.at(-1)).toBe("second");
  });
});

/** Servers on Unix domain sockets, and what they do about files that are in the way. */
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceImpl } from "@connectrpc/connect";
import { systemClock } from "@thrice/core";
import { memoryLogger, testCertificate } from "@thrice/core/testing";
import { resolveClientTls, resolveServerTls, type ServerTls, WireServer } from "../src/index.js";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { channelToPlace, endOf, one } from "./support/calls.js";
import { closeAfterEach } from "./support/close-after-each.js";
import { expectNothingUncaught } from "./support/expect-nothing-uncaught.js";
import { echo } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thrice-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function newServer(tls?: ServerTls) {
  const implementation: Partial<ServiceImpl<typeof KindsService>> = echo;
  const service = { service: KindsService, implementation, maxReceiveBytes: 1_000 };
  const services = [service];
  const server = new WireServer({ services, logger: memoryLogger(), clock: systemClock, tls });
  return closing({
    listen: (path: string) => server.listen({ path }),
    close: () => server.close(0),
  });
}

function channelTo(path: string, tls?: ReturnType<typeof resolveClientTls>) {
  return closing(channelToPlace({ path }, { tls }));
}

async function bareListener(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

describe("a server on a Unix domain socket", () => {
  test("is called, and takes its file along when it stops", async () => {
    const path = join(folder, "a.sock");
    const server = newServer();
    expect(await server.listen(path)).toBeUndefined();
    expect(await endOf(channelTo(path).start(one("unary", "hi")))).toEqual({ text: "hi" });
    expect(statSync(path).isSocket()).toBe(true);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test("is called with TLS, as localhost", async () => {
    const path = join(folder, "a.sock");
    const { cert, key } = testCertificate({ hosts: ["localhost"] });
    await newServer(resolveServerTls({ cert, key })).listen(path);
    const channel = channelTo(path, resolveClientTls({ ca: cert }));
    expect(await endOf(channel.start(one("unary", "hi")))).toEqual({ text: "hi" });
  });

  test("replaces a socket on which nobody answers", async () => {
    const path = join(folder, "a.sock");
    const stale = join(folder, "b.sock");
    // What a killed process leaves behind: a file whose listener is gone. The one that listened has another name now.
    const dead = await bareListener(stale);
    renameSync(stale, path);
    await new Promise((resolve) => dead.close(resolve));
    expect(statSync(path).isSocket()).toBe(true);
    await newServer().listen(path);
    expect(await endOf(channelTo(path).start(one("unary", "hi")))).toEqual({ text: "hi" });
  });

  test("refuses a socket on which somebody answers, and leaves it alone", async () => {
    const path = join(folder, "a.sock");
    await newServer().listen(path);
    await expect(newServer().listen(path)).rejects.toThrow(
      `cannot listen on unix:${path}: another program is using it (EADDRINUSE)`,
    );
    expect(await endOf(channelTo(path).start(one("unary", "hi")))).toEqual({ text: "hi" });
  });

  test("refuses a file that is no socket, and leaves it alone", async () => {
    const path = join(folder, "a.txt");
    writeFileSync(path, "precious");
    await expect(newServer().listen(path)).rejects.toThrow(
      `cannot listen on unix:${path}: a file that is no socket has this name (ENOTSOCK)`,
    );
    expect(statSync(path).size).toBe(8);
  });

  test("refuses a folder that is not there", async () => {
    const path = join(folder, "none", "a.sock");
    await expect(newServer().listen(path)).rejects.toThrow(
      `cannot listen on unix:${path}: its folder does not exist (ENOENT)`,
    );
  });
});

test("a socket that is not there is a failure to connect", async () => {
  const path = join(folder, "a.sock");
  expect(await endOf(channelTo(path).start(one("unary")))).toMatchObject({
    outcome: "connect-failed",
    message: expect.stringContaining(`cannot connect to unix:${path}: connect ENOENT`),
  });
});

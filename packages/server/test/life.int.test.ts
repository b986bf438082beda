/** From idle through serving to stopped. */

import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer } from "node:net";
import { FakeClock, memoryLogger } from "@thrice/core/testing";
import { newServer } from "@thrice/server";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench, failureOf, gate } from "./support/bench.js";
import { request } from "./support/request.js";

const bench = new Bench();
afterEach(() => bench.close());

function open(options = {}) {
  const server = newServer({ host: "127.0.0.1", port: 0, logger: memoryLogger(), ...options });
  bench.closeLater(() => server.stop());
  return server;
}

describe("serve()", () => {
  test("listens on the port that `port` tells, until the server is stopped", async () => {
    const server = open();
    expect(server.port).toBeUndefined();
    await server.serve();
    expect(server.port).toBeGreaterThan(0);
    await server.stop();
    expect(server.port).toBeUndefined();
  });

  test("called twice fails the second time, and the server goes on", async () => {
    const { server, peer } = await bench.serve({ unary: ({ text }) => ({ text }) });
    expect(await failureOf(server.serve())).toMatchObject({
      message: "serve() was called on a server that was started or stopped before",
    });
    expect((await peer().unary({ text: "on" })).text).toBe("on");
  });

  test("after stop() fails", async () => {
    const server = open();
    await server.stop();
    expect(await failureOf(server.serve())).toMatchObject({
      message: expect.stringContaining("started or stopped before"),
    });
  });

  test("on a port in use fails, naming port and cause", async () => {
    const first = open();
    await first.serve();
    const port = first.port ?? 0;
    const second = open({ port });
    expect(await failureOf(second.serve())).toMatchObject({
      message: `cannot listen on port ${port} of 127.0.0.1: another program is using it (EADDRINUSE)`,
    });
    expect(second.port).toBeUndefined();
    await second.stop();
  });

  test("lets no further service be registered", async () => {
    const server = open();
    await server.serve();
    expect(() => server.registerService(KindsService, {})).toThrow(
      "service kinds.KindsService comes too late: the server was started",
    );
  });
});

test("a logger that throws keeps the server from nothing", async () => {
  const fail = () => {
    throw new Error("disk full");
  };
  const logger = { ...memoryLogger(), debug: fail, debugf: fail, error: fail };
  const unary = ({ text }: { text: string }) => {
    if (text === "fail") throw new Error("bug");
    return { text };
  };
  const { peer } = await bench.serve({ unary }, { logger });
  expect(await failureOf(peer().unary({ text: "fail" }))).toMatchObject({
    rawMessage: "the handler failed",
  });
  expect((await peer().unary({ text: "on" })).text).toBe("on");
});

describe("stop()", () => {
  test("lets no further service be registered", async () => {
    const server = open();
    await server.stop();
    expect(() => server.registerService(KindsService, {})).toThrow(
      "service kinds.KindsService comes too late: the server was stopped",
    );
  });

  test("before serve(), and again, resolves", async () => {
    const server = open();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
  });

  test("while serve() is under way waits for it, and then stops", async () => {
    const server = open();
    const serving = server.serve();
    await server.stop();
    await serving;
    expect(server.port).toBeUndefined();
  });

  test("lets a running call finish, and takes no new one", async () => {
    const began = gate();
    const finish = gate();
    const { server, peer } = await bench.serve({
      async unary({ text }) {
        began.open();
        await finish.opened;
        return { text };
      },
    });
    const answer = peer().unary({ text: "finished" });
    await began.opened;
    const port = server.port ?? 0;
    const stopped = server.stop();
    const late = connect(port, "127.0.0.1");
    const [error] = await once(late, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    finish.open();
    expect((await answer).text).toBe("finished");
    await stopped;
  });

  test("breaks a call that outlasts graceMs, and not before", async () => {
    const clock = new FakeClock();
    const began = gate();
    const { server, url } = await bench.serve(
      {
        unary() {
          began.open();
          return new Promise(() => {});
        },
      },
      { clock, graceMs: 5_000 },
    );
    const call = request(
      connectHttp2(url).on("error", () => {}),
      "Unary",
    );
    await began.opened;
    const stopped = server.stop();
    await clock.advance(4_999);
    expect(call.closed).toBe(false);
    const broken = once(call, "close");
    await clock.advance(1);
    await Promise.all([stopped, broken]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("with graceMs 0 breaks running calls at once", async () => {
    const began = gate();
    const { server, url } = await bench.serve(
      {
        unary() {
          began.open();
          return new Promise(() => {});
        },
      },
      { graceMs: 0 },
    );
    const call = request(
      connectHttp2(url).on("error", () => {}),
      "Unary",
    );
    await began.opened;
    await Promise.all([server.stop(), once(call, "close")]);
  });

  test("waits for no connection that is idle or has said nothing", async () => {
    const clock = new FakeClock();
    const { server, peer } = await bench.serve({ unary: ({ text }) => ({ text }) }, { clock });
    await peer().unary({});
    await peer("connect over HTTP/1.1").unary({});
    const mute = connect(server.port ?? 0, "127.0.0.1");
    bench.closeLater(() => void mute.destroy());
    mute.on("error", () => {});
    await once(mute, "connect");
    await server.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a server that is sent garbage", () => {
  test.each([
    { title: "bytes of no protocol", bytes: "\x00\xff garbage\r\n\r\n" },
    { title: "half a request", bytes: "POST /kinds.KindsService/Unary HTTP/1.1\r\ncontent-le" },
    { title: "half a preface", bytes: "PRI * HT" },
    { title: "a preface and garbage", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff" },
    { title: "a GET of /", bytes: "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n" },
  ])("as $title goes on serving", async ({ bytes }) => {
    const { server, peer, logger } = await bench.serve({ unary: ({ text }) => ({ text }) });
    const socket = connect(server.port ?? 0, "127.0.0.1").on("error", () => {});
    socket.end(Buffer.from(bytes, "latin1"));
    socket.resume();
    await once(socket, "close");
    expect((await peer().unary({ text: "on" })).text).toBe("on");
    expect(logger.records).toEqual([]);
  });
});

test("a port that someone else holds is named even without a host", async () => {
  const other = createServer().listen(0);
  await once(other, "listening");
  bench.closeLater(() => new Promise((resolve) => other.close(() => resolve())));
  const { port } = other.address() as { port: number };
  const server = newServer({ port, logger: memoryLogger() });
  expect(await failureOf(server.serve())).toMatchObject({
    message: `cannot listen on port ${port}: another program is using it (EADDRINUSE)`,
  });
});

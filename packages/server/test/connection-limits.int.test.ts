/** How many connections a server has, how old they get, and how often they may ping. */
import { once } from "node:events";
import http from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { FakeClock } from "@thrice/core/testing";
import { Bench, gate } from "./support/bench.js";
import { request } from "./support/request.js";

const bench = new Bench();
afterEach(() => bench.close());

const echo = { unary: ({ text }: { text: string }) => ({ text }) };

async function openSession(url: string): Promise<ClientHttp2Session> {
  const session = connectHttp2(url);
  session.on("error", () => {});
  bench.closeLater(() => session.destroy());
  await once(session, "remoteSettings");
  return session;
}

function openSocket(port: number | undefined): Socket {
  const socket = connect({ port: port as number, host: "127.0.0.1" });
  socket.on("error", () => {});
  bench.closeLater(() => void socket.destroy());
  return socket;
}

test("connections beyond maxConnections are closed, and counted; a place that is free again is given", async () => {
  const { server, url } = await bench.serve(echo, { maxConnections: 1 });
  const first = await openSession(url);
  const second = openSocket(server.port);
  await once(second, "close");
  expect(server.load.refusedConnections).toBe(1);
  const [head] = await once(request(first, "Unary"), "response");
  expect(head[":status"]).toBe(200);
  first.close();
  await once(first, "close");
  let third = await openMaybe(url);
  while (third === undefined) third = await openMaybe(url);
  expect(third.destroyed).toBe(false);
});

/** A server may hear of an end after the caller has. */
async function openMaybe(url: string): Promise<ClientHttp2Session | undefined> {
  const session = connectHttp2(url);
  session.on("error", () => {});
  bench.closeLater(() => session.destroy());
  return new Promise((resolve) => {
    session.once("remoteSettings", () => resolve(session));
    session.once("close", () => resolve(undefined));
  });
}

describe("a connection that is older than maxConnectionAgeMs", () => {
  test("says goodbye twice over HTTP/2, lets its calls end, and closes", async () => {
    const clock = new FakeClock();
    const open = gate();
    const began = gate();
    const { url } = await bench.serve(
      {
        async unary({ text }) {
          began.open();
          await open.opened;
          return { text };
        },
      },
      { clock, maxConnectionAgeMs: 60_000 },
    );
    const session = await openSession(url);
    const goaways: number[] = [];
    session.on("goaway", (code) => goaways.push(code));
    const call = request(session, "Unary");
    await began.opened;
    await clock.advance(53_999);
    expect(goaways).toEqual([]);
    await clock.advance(12_001);
    while (goaways.length < 1) await once(session, "goaway");
    await clock.advance(3_600_000);
    open.open();
    const [trailers] = await once(call, "trailers");
    expect(trailers["grpc-status"]).toBe("0");
    await once(session, "close");
    expect(goaways.every((code) => code === constants.NGHTTP2_NO_ERROR)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is cut off once connectionAgeGraceMs is over", async () => {
    const clock = new FakeClock();
    const began = gate();
    const { url } = await bench.serve(
      {
        unary() {
          began.open();
          return new Promise(() => {});
        },
      },
      { clock, maxConnectionAgeMs: 60_000, connectionAgeGraceMs: 5_000, graceMs: 0 },
    );
    const session = await openSession(url);
    request(session, "Unary");
    await began.opened;
    const closed = new Promise((resolve) => session.once("close", resolve));
    await clock.advance(66_000 + 5_000);
    await closed;
    expect(clock.pendingTimers).toBe(0);
  });

  test("says over HTTP/1.1 that the next answer is its last", async () => {
    const clock = new FakeClock();
    const { url } = await bench.serve(echo, { clock, maxConnectionAgeMs: 60_000 });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    bench.closeLater(() => agent.destroy());
    const post = async () => {
      const asked = http.request(`${url}/kinds.KindsService/Unary`, {
        agent,
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      asked.end("{}");
      const [answer] = (await once(asked, "response")) as [http.IncomingMessage];
      answer.resume();
      await once(answer, "end");
      return answer.headers.connection;
    };
    expect(await post()).toBe("keep-alive");
    await clock.advance(66_000);
    expect(await post()).toBe("close");
  });

  test("is not so if it closed before", async () => {
    const clock = new FakeClock();
    const { url } = await bench.serve(echo, { clock, maxConnectionAgeMs: 60_000 });
    const session = await openSession(url);
    expect(clock.pendingTimers).toBe(1);
    session.close();
    await once(session, "close");
    while (clock.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pendingTimers).toBe(0);
  });
});

test("a caller that pings more often than minPingIntervalMs allows is told to calm down, and cut off", async () => {
  const { url } = await bench.serve(echo, { minPingIntervalMs: 300_000 });
  const session = await openSession(url);
  const goaway = once(session, "goaway");
  for (let i = 0; i < 10; i++) session.ping(() => {});
  expect((await goaway)[0]).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
});

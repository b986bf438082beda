/** How a pool opens, shares, replaces and closes connections, on real sockets. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConnectionPool,
  type ConnectionPoolOptions,
} from "../../src/connection/connection-pool.js";
import type { PooledConnection } from "../../src/connection/pooled-connection.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openHeldServer, openNodeServer } from "./support/open-server.js";
import { send } from "./support/requests.js";

const closing = closeAfterEach();
expectNothingUncaught();

const completed = { kind: "completed" };

function poolTo(port: number, options: Partial<ConnectionPoolOptions> = {}) {
  return closing(new ConnectionPool({ target: { host: "127.0.0.1", port }, ...options }));
}

/** Sends a request as soon as there is a connection, and tells its end. */
async function call(pool: ConnectionPool) {
  return send(await pool.connect().connection).end;
}

function callMany(pool: ConnectionPool, count: number) {
  return Promise.all(Array.from({ length: count }, () => call(pool)));
}

const servers = [
  { name: "our server", open: () => openHeldServer() },
  { name: "node:http2", open: () => openNodeServer(10_000) },
];

describe.each(servers)("with $name", ({ open }) => {
  test("1000 callers of a cold pool share one connection", async () => {
    const server = closing(await open());
    server.release();
    const pool = poolTo(server.port);
    const connections = await Promise.all(
      Array.from({ length: 1_000 }, () => pool.connect().connection),
    );
    expect(new Set(connections).size).toBe(1);
    const ends = await Promise.all(connections.map((connection) => send(connection).end));
    expect(ends).toEqual(Array(1_000).fill(completed));
  });

  test("a connection is used again and again", async () => {
    const server = closing(await open());
    server.release();
    const pool = poolTo(server.port);
    await call(pool);
    const connection = pool.take() as PooledConnection;
    for (let turn = 0; turn < 100; turn++) {
      expect(pool.take()).toBe(connection);
      expect(await send(connection).end).toEqual(completed);
    }
  });
});

const tens = [
  { name: "our server", open: () => openHeldServer({ maxConcurrentStreams: 10 }) },
  { name: "node:http2", open: () => openNodeServer(10) },
];

describe.each(tens)("with $name, which allows 10 streams", ({ open }) => {
  test("35 callers use four connections", async () => {
    const server = closing(await open());
    const pool = poolTo(server.port);
    const used: PooledConnection[] = [];
    const waiting = Array.from({ length: 35 }, async () => {
      const connection = await pool.connect().connection;
      used.push(connection);
      const sent = send(connection);
      if (used.length === 35) server.release();
      return sent.end;
    });
    expect(await Promise.all(waiting)).toEqual(Array(35).fill(completed));
    expect(new Set(used).size).toBe(4);
  });

  test("35 callers of a pool with two connections take turns, in their order", async () => {
    const server = closing(await open());
    const pool = poolTo(server.port, { maxConnections: 2 });
    const order: number[] = [];
    const used = new Set<PooledConnection>();
    const waiting = Array.from({ length: 35 }, async (_, index) => {
      const connection = await pool.connect().connection;
      order.push(index);
      used.add(connection);
      const sent = send(connection);
      if (order.length === 20) server.release();
      return sent.end;
    });
    expect(await Promise.all(waiting)).toEqual(Array(35).fill(completed));
    expect(used.size).toBe(2);
    expect(order).toEqual(Array.from({ length: 35 }, (_, index) => index));
  });
});

test("callers of a server that restarts are served as soon as it is back", async () => {
  const first = await openHeldServer();
  first.release();
  const pool = poolTo(first.port);
  expect(await call(pool)).toEqual(completed);
  await first.close();
  await until(() => pool.take() === undefined);
  await expect(call(pool)).rejects.toMatchObject({ outcome: "connect-failed" });
  const second = closing(await openHeldServer({}, { host: "127.0.0.1", port: first.port }));
  second.release();
  expect(await callMany(pool, 100)).toEqual(Array(100).fill(completed));
  expect(second.connections).toHaveLength(1);
});

test("a GOAWAY leaves requests under way alone, and the next ones get a new connection", async () => {
  const server = closing(await openHeldServer());
  const pool = poolTo(server.port);
  const old = send(await pool.connect().connection);
  await until(() => server.held.length === 1);
  server.connections[0]?.close();
  const next = await nextConnection(pool, pool.take());
  const young = send(next);
  server.release();
  expect(await old.end).toEqual(completed);
  expect(await young.end).toEqual(completed);
  expect(server.connections).toHaveLength(2);
});

test("a graceful goodbye of node:http2 is heard while a request is under way", async () => {
  const server = closing(await openNodeServer());
  const pool = poolTo(server.port);
  const old = send(await pool.connect().connection);
  await until(() => server.held.length === 1);
  server.sessions[0]?.close();
  const next = await nextConnection(pool, pool.take());
  server.release();
  expect(await send(next).end).toEqual(completed);
  expect(await old.end).toEqual(completed);
});

test("25 connections that end as soon as they are open are replaced", async () => {
  const server = closing(await openHeldServer());
  server.release();
  const pool = poolTo(server.port);
  for (let turn = 0; turn < 25; turn++) {
    expect(await call(pool)).toEqual(completed);
    const current = pool.take();
    server.sockets.at(-1)?.destroy();
    await nextConnection(pool, current);
  }
  expect(server.connections).toHaveLength(26);
});

test("a Unix domain socket is connected to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "thrice-pool-"));
  closing({ close: () => rm(folder, { recursive: true }) });
  const path = join(folder, "greeter.sock");
  const server = closing(await openHeldServer({}, { path }));
  server.release();
  expect(await call(closing(new ConnectionPool({ target: { path } })))).toEqual(completed);
});

test("a name is looked up", async () => {
  const server = closing(await openHeldServer());
  server.release();
  const target = { host: "localhost", port: server.port };
  expect(await call(closing(new ConnectionPool({ target })))).toEqual(completed);
});

test("closing ends requests under way, and turns away those who wait", async () => {
  const server = closing(await openHeldServer({ maxConcurrentStreams: 10 }));
  const pool = poolTo(server.port, { maxConnections: 2 });
  const waiting = Array.from({ length: 30 }, () =>
    call(pool).then(
      ({ kind }) => kind,
      ({ outcome }) => outcome,
    ),
  );
  await until(() => server.held.length === 20);
  await Promise.all([pool.close(), pool.close()]);
  const ends = [...Array(20).fill("closed-here"), ...Array(10).fill("rejected")];
  expect(await Promise.all(waiting)).toEqual(ends);
});

test("closing does not wait long for a peer that does not hear of it", async () => {
  const server = closing(await openHeldServer());
  server.release();
  const pool = poolTo(server.port, { http2: { closeTimeoutMs: 50 } });
  await call(pool);
  server.sockets[0]?.pause();
  await pool.close();
});

/** Waits for what happens in this process within a few turns of its event loop. */
async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `pool` hands out another connection than `current`. */
async function nextConnection(pool: ConnectionPool, current: PooledConnection | undefined) {
  for (;;) {
    const connection = await pool.connect().connection;
    if (connection !== current) return connection;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

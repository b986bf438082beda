/** Stories of a pool on sockets in memory; test/connection has those on real ones. */
import type { Duplex } from "node:stream";
import { Code } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { FakeNetwork, settingsFrame, settle } from "../../test/connection/support/fake-network.js";
import { countStates, RecordingWaiter } from "../../test/connection/support/recording-waiter.js";
import { send } from "../../test/connection/support/requests.js";
import { frameTypes, goawayFrame, rawFrame } from "../../test/support/frames.js";
import { ConnectionPool, type ConnectionPoolOptions } from "./connection-pool.js";

const target = { host: "127.0.0.1", port: 50_051 };
const settingsAck = rawFrame(frameTypes.settings, 1, 0, new Uint8Array());

function newPool(options: Partial<ConnectionPoolOptions> = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const thrown: unknown[] = [];
  const pool = new ConnectionPool(
    { target, clock, random: () => 0.5, onThrown: (error) => thrown.push(error), ...options },
    network,
  );
  const waitAll = (count: number, waiterOptions = {}) => {
    const waiters = Array.from({ length: count }, () => new RecordingWaiter(waiterOptions));
    for (const waiter of waiters) pool.wait(waiter);
    return waiters;
  };
  return { clock, network, pool, thrown, waitAll };
}

const refused = "connect-failed: cannot connect to 127.0.0.1:50051: refused";

describe("a pool that has no connection", () => {
  test("hands out nothing and dials only when somebody waits", async () => {
    const { network, pool, waitAll } = newPool();
    expect(pool.take()).toBeUndefined();
    await settle();
    expect(network.dials).toHaveLength(0);
    waitAll(1);
    await settle();
    expect(network.dials).toHaveLength(1);
  });

  test("dials once for 1000 callers, who all share the connection", async () => {
    const { network, pool, waitAll } = newPool();
    const waiters = waitAll(1_000);
    await settle();
    const peer = await network.dial(0).accept();
    expect(countStates(waiters)).toEqual({ served: 1_000 });
    expect(peer.streams).toHaveLength(1_000);
    expect(network.dials).toHaveLength(1);
    expect(pool.take()).toBeUndefined(); // 1000 streams are what a connection takes
  });

  test("is not open before the peer's SETTINGS are in", async () => {
    const { network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    const far = await network.dial(0).acceptRaw();
    expect([waiter?.state, pool.take()]).toEqual(["waiting", undefined]);
    far.write(settingsFrame(100));
    await settle();
    expect(waiter?.state).toBe("served");
    expect(pool.take()).toBe(waiter?.connection);
  });

  test("fails all callers, each with an error of its own, when the dial fails", async () => {
    const { network, waitAll } = newPool();
    const waiters = waitAll(3);
    await settle();
    await network.dial(0).refuse();
    expect(countStates(waiters)).toEqual({ [refused]: 3 });
    expect(waiters[0]?.error?.code).toBe(Code.Unavailable);
    expect(waiters[0]?.error).not.toBe(waiters[1]?.error);
  });

  test.each([
    {
      what: "hangs up",
      bytes: [],
      last: (far: Duplex) => far.end(),
      text: "the peer closed the connection",
    },
    {
      what: "speaks HTTP/1.1",
      bytes: [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
      last: () => {},
      text: "the peer does not speak HTTP/2: frame of 4740180 bytes",
    },
    {
      what: "sends everybody away",
      bytes: [settingsFrame(1), goawayFrame(0, 0)],
      last: () => {},
      text: "the peer went away with NO_ERROR",
    },
  ])("fails a caller when the peer $what", async ({ bytes, last, text }) => {
    const { network, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    const far = await network.dial(0).acceptRaw(...bytes);
    last(far);
    await settle();
    expect(waiter?.state).toBe(`connect-failed: cannot connect to 127.0.0.1:50051: ${text}`);
    expect(network.dial(0).socket.destroyed).toBe(true);
  });

  test.each([
    { silent: "at the handshake", accept: false },
    { silent: "after it", accept: true },
  ])("gives up after connectTimeoutMs with a peer that is silent $silent", async ({ accept }) => {
    const { clock, network, waitAll } = newPool({ connectTimeoutMs: 700 });
    const [waiter] = waitAll(1);
    await settle();
    await (accept ? network.dial(0).acceptRaw() : settle());
    await clock.advance(699);
    expect(waiter?.state).toBe("waiting");
    await clock.advance(1);
    await settle();
    expect(waiter?.state).toMatch(/connect-failed: .*no answer within connectTimeoutMs 700/);
    expect(network.dial(0).socket.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a pool whose target is a name", () => {
  const named = { target: { host: "greeter.test", port: 1 } };

  test("connects to the next address when one refuses", async () => {
    const { network, waitAll } = newPool(named);
    network.addresses = ["10.0.0.1", "10.0.0.2"];
    const [waiter] = waitAll(1);
    await settle();
    await network.dial(0).refuse();
    await network.dial(1).accept();
    expect(waiter?.state).toBe("served");
    expect(network.dials.map((dial) => dial.target)).toEqual([
      { host: "10.0.0.1", port: 1 },
      { host: "10.0.0.2", port: 1 },
    ]);
  });

  test("names the errors of all addresses when all refuse", async () => {
    const { network, waitAll } = newPool(named);
    network.addresses = ["10.0.0.1", "10.0.0.2"];
    const [waiter] = waitAll(1);
    await settle();
    await network.dial(0).refuse("no one");
    await network.dial(1).refuse("no two");
    expect(waiter?.state).toBe("connect-failed: cannot connect to greeter.test:1: no one; no two");
  });

  test.each([
    { what: "does not know it", lookupError: new Error("ENOTFOUND"), text: "ENOTFOUND" },
    { what: "has no address for it", lookupError: null, text: "the name has no address" },
  ])("fails callers when the resolver $what", async ({ lookupError, text }) => {
    const { network, waitAll } = newPool(named);
    network.lookupError = lookupError;
    const [waiter] = waitAll(1);
    await settle();
    expect(waiter?.state).toBe(`connect-failed: cannot connect to greeter.test:1: ${text}`);
  });

  test("fails callers when the resolver throws", async () => {
    const { network, waitAll } = newPool(named);
    network.lookup = () => {
      throw new Error("not a name");
    };
    const [waiter] = waitAll(1);
    await settle();
    expect(waiter?.state).toMatch(/not a name/);
  });

  test("drops what the resolver says after the time is up", async () => {
    const { clock, network, waitAll } = newPool(named);
    const answers: (() => void)[] = [];
    network.lookup = (_host, done) => answers.push(() => done(null, ["10.0.0.1"]));
    const [waiter] = waitAll(1);
    await clock.advance(1_000);
    answers[0]?.();
    await settle();
    expect(waiter?.state).toMatch(/no answer within/);
    expect(network.dials).toHaveLength(0);
  });
});

describe("a pool after a failed dial", () => {
  async function failedPool(failures: number) {
    const story = newPool({ connectTimeoutMs: 5_000 });
    for (let failure = 0; failure < failures; failure++) {
      story.waitAll(1, { isPatient: true });
      await story.clock.advance(1_200);
      await story.network.dial(failure).refuse();
    }
    return story;
  }

  test("lets callers wait for the next dial while the pause is short", async () => {
    const { clock, network, waitAll } = await failedPool(1);
    const waiters = waitAll(10);
    await clock.advance(24);
    expect(network.dials).toHaveLength(1);
    await clock.advance(1);
    expect(network.dials).toHaveLength(2);
    await network.dial(1).accept();
    expect(countStates(waiters)).toEqual({ served: 10 });
  });

  test("fails callers at once with the last error while the pause is long, but not patient ones", async () => {
    const { clock, network, waitAll } = await failedPool(6);
    const waiters = waitAll(10);
    const [patient] = waitAll(1, { isPatient: true });
    await settle();
    expect(countStates(waiters)).toEqual({ [refused]: 10 });
    expect(network.dials).toHaveLength(6);
    await clock.advance(263);
    await network.dial(6).accept();
    expect(patient?.state).toBe("served");
  });

  test("dials at once when a pause has passed, however long the failures have lasted", async () => {
    const { clock, network, waitAll } = await failedPool(20);
    await clock.advance(1_000);
    waitAll(1);
    await settle();
    expect(network.dials).toHaveLength(21);
  });

  test("dials at once when told to forget the failures", async () => {
    const { clock, network, pool, waitAll } = await failedPool(6);
    waitAll(1, { isPatient: true });
    await settle();
    pool.forgetFailures();
    await settle();
    expect(network.dials).toHaveLength(7);
    expect(clock.pendingTimers).toBe(1); // the bound of the dial
  });

  test("dials at once after a success", async () => {
    const { clock, network, waitAll } = await failedPool(6);
    await clock.advance(1_000);
    waitAll(1);
    await settle();
    const peer = await network.dial(6).accept();
    await clock.advance(100);
    peer.connection.destroy();
    await settle();
    waitAll(1);
    await settle();
    expect(network.dials).toHaveLength(8);
  });

  test("has no timer once nobody waits", async () => {
    const { clock, pool, waitAll } = await failedPool(1);
    const [waiter] = waitAll(1);
    await settle();
    expect(clock.pendingTimers).toBe(1);
    pool.abandon(waiter as RecordingWaiter);
    expect(clock.pendingTimers).toBe(0);
  });

  test("keeps two dials 25 ms apart to a peer that goes away as soon as it is open", async () => {
    const { clock, network, waitAll } = newPool();
    waitAll(1);
    await settle();
    const far = await network.dial(0).acceptRaw(settingsFrame(10));
    far.write(goawayFrame(0, 0));
    await settle();
    const [waiter] = waitAll(1);
    await clock.advance(24);
    expect([network.dials.length, waiter?.state]).toEqual([1, "waiting"]);
    await clock.advance(1);
    expect(network.dials).toHaveLength(2);
  });
});

describe("a pool whose peer allows ten streams a connection", () => {
  const ten = { maxConcurrentStreams: 10 };

  test("opens four connections for 35 callers, the last three at once", async () => {
    const { network, waitAll } = newPool();
    const waiters = waitAll(35);
    await settle();
    await network.dial(0).accept(ten);
    expect(countStates(waiters)).toEqual({ served: 10, waiting: 25 });
    expect(network.dials).toHaveLength(4);
    for (const dial of [1, 2, 3]) await network.dial(dial).accept(ten);
    expect(countStates(waiters)).toEqual({ served: 35 });
    expect(network.dials).toHaveLength(4);
  });

  test("lets callers queue when there are maxConnections, and serves them in their order", async () => {
    const { network, pool, waitAll } = newPool({ maxConnections: 2 });
    const waiters = waitAll(35);
    await settle();
    const first = await network.dial(0).accept(ten);
    await network.dial(1).accept(ten);
    expect(network.dials).toHaveLength(2);
    expect(countStates(waiters)).toEqual({ served: 20, waiting: 15 });
    pool.abandon(waiters[20] as RecordingWaiter);
    await first.answer();
    await first.answer();
    expect(waiters.slice(20, 24).map(({ state }) => state)).toEqual([
      "waiting",
      "served",
      "served",
      "waiting",
    ]);
    for (let answer = 0; answer < 12; answer++) await first.answer();
    expect(countStates(waiters)).toEqual({ served: 34, waiting: 1 });
  });

  test("hands out nothing past those who wait", async () => {
    const { network, pool, waitAll } = newPool({ maxConnections: 1 });
    waitAll(11);
    await settle();
    const peer = await network.dial(0).accept(ten);
    peer.streams.shift()?.reset(0);
    peer.streams.shift()?.reset(0);
    await settle();
    expect(pool.take()?.activeStreams).toBe(9);
  });

  test("serves no more promises than there is room, though nobody has begun yet", async () => {
    const { network, pool } = newPool({ maxConnections: 1 });
    const served: number[] = [];
    const pending = Array.from({ length: 12 }, (_, index) => {
      const { connection } = pool.connect();
      return connection.then((to) => {
        served.push(index);
        return send(to).end;
      });
    });
    await settle();
    const peer = await network.dial(0).accept(ten);
    expect(served).toHaveLength(10);
    await peer.answer();
    await peer.answer();
    expect(served).toHaveLength(12);
    for (let answer = 0; answer < 10; answer++) await peer.answer();
    expect(await Promise.all(pending)).toEqual(Array(12).fill({ kind: "completed" }));
  });

  test("makes no connection more for callers of one turn that there is room for", async () => {
    const { network, pool } = newPool();
    const first = Array.from({ length: 6 }, () => pool.connect().connection.then(send));
    await settle();
    await network.dial(0).accept(ten);
    await Promise.all(first);
    const next = [pool.take(), pool.take(), pool.take(), pool.take()];
    expect(next.map((connection) => connection === undefined)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(network.dials).toHaveLength(1);
  });

  test("serves those who wait when the peer raises its limit", async () => {
    const { network, waitAll } = newPool({ maxConnections: 1 });
    const waiters = waitAll(5);
    await settle();
    const far = await network.dial(0).acceptRaw(settingsFrame(2));
    expect(countStates(waiters)).toEqual({ served: 2, waiting: 3 });
    far.write(settingsFrame(4));
    await settle();
    expect(countStates(waiters)).toEqual({ served: 4, waiting: 1 });
  });

  test("dials no further for a peer that allows no stream at all", async () => {
    const { network, waitAll } = newPool();
    const waiters = waitAll(5);
    await settle();
    const far = await network.dial(0).acceptRaw(settingsFrame(0));
    expect(countStates(waiters)).toEqual({ waiting: 5 });
    expect(network.dials).toHaveLength(1);
    far.write(settingsFrame(5));
    await settle();
    expect(countStates(waiters)).toEqual({ served: 5 });
  });

  test("lets callers wait for a stream to end when no further connection can be opened", async () => {
    const { network, waitAll } = newPool();
    const waiters = waitAll(11);
    await settle();
    const peer = await network.dial(0).accept(ten);
    await network.dial(1).refuse();
    expect(countStates(waiters)).toEqual({ served: 10, waiting: 1 });
    await peer.answer();
    expect(countStates(waiters)).toEqual({ served: 11 });
  });

  test("fills the connection in use before it takes another", async () => {
    const { network, pool, waitAll } = newPool();
    waitAll(15);
    await settle();
    const first = await network.dial(0).accept(ten);
    await network.dial(1).accept(ten);
    const current = pool.take();
    expect(current?.activeStreams).toBe(5);
    await first.answer();
    expect(pool.take()).toBe(current);
  });
});

describe("a connection that goes away", () => {
  test("finishes its streams, and is replaced at once after a GOAWAY", async () => {
    const { clock, network, pool, waitAll } = newPool();
    const [before] = waitAll(1);
    await settle();
    const peer = await network.dial(0).accept();
    await clock.advance(25);
    await peer.goaway();
    expect(pool.take()).toBeUndefined();
    const [after] = waitAll(1);
    await settle();
    await network.dial(1).accept();
    expect(after?.state).toBe("served");
    await peer.answer();
    expect(await before?.sent?.end).toEqual({ kind: "completed" });
  });

  test("is replaced when its stream numbers are used up", async () => {
    const { network, waitAll } = newPool();
    const [before] = waitAll(1);
    await settle();
    const peer = await network.dial(0).accept();
    before?.connection?.close(); // takes no more requests, and nobody hears of it
    const [after] = waitAll(1);
    await settle();
    await network.dial(1).accept();
    expect(after?.state).toBe("served");
    await peer.answer();
    expect(await before?.sent?.end).toEqual({ kind: "completed" });
  });

  test("is closed when it had no stream for a while", async () => {
    const { clock, network, pool, waitAll } = newPool({ idleTimeoutMs: 10_000 });
    const [waiter] = waitAll(1);
    await settle();
    const peer = await network.dial(0).accept();
    await clock.advance(100_000);
    expect(pool.take()).toBe(waiter?.connection);
    await peer.answer();
    await clock.advance(15_000);
    await settle();
    expect(pool.take()).toBeUndefined();
    expect(network.dial(0).socket.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends its streams as lost when the peer answers no PING", async () => {
    const { clock, network, waitAll } = newPool({ keepaliveIntervalMs: 1_000 });
    const [waiter] = waitAll(1);
    await settle();
    await network.dial(0).acceptRaw(settingsFrame(10), settingsAck);
    await clock.advance(21_500);
    expect(await waiter?.sent?.end).toMatchObject({
      kind: "connection-lost",
      sent: true,
      error: { message: "no answer to a PING within 20000 ms" },
    });
  });

  test("stays when the peer answers each PING", async () => {
    const { clock, network, waitAll } = newPool({ keepaliveIntervalMs: 1_000 });
    const [waiter] = waitAll(1);
    await settle();
    const peer = await network.dial(0).accept();
    for (let turn = 0; turn < 100; turn++) {
      await clock.advance(1_000);
      await settle();
    }
    await peer.answer();
    expect(await waiter?.sent?.end).toEqual({ kind: "completed" });
  });
});

describe("the life of the process", () => {
  test("hangs on a dial while somebody waits for it", async () => {
    const { network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    expect(network.dial(0).holdsProcess).toBe(true);
    pool.abandon(waiter as RecordingWaiter);
    expect(network.dial(0).holdsProcess).toBe(false);
    waitAll(1);
    expect(network.dial(0).holdsProcess).toBe(true);
  });

  test("does not hang on a connection that opens when nobody waits any more", async () => {
    const { network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    pool.abandon(waiter as RecordingWaiter);
    await network.dial(0).accept();
    expect(network.dial(0).holdsProcess).toBe(false);
    expect(waiter?.state).toBe("waiting");
    expect(pool.take()).toBeDefined();
  });

  test("hangs on a connection while streams are open", async () => {
    const { network, pool, waitAll } = newPool();
    waitAll(2);
    await settle();
    const peer = await network.dial(0).accept();
    await peer.answer();
    expect(network.dial(0).holdsProcess).toBe(true);
    await peer.answer();
    expect(network.dial(0).holdsProcess).toBe(false);
    const again = pool.take();
    const { stream } = send(again as NonNullable<typeof again>);
    expect(network.dial(0).holdsProcess).toBe(true);
    stream.reset(8);
    expect(network.dial(0).holdsProcess).toBe(false);
  });
});

describe("closing a pool", () => {
  const closed = "rejected: the client is closed";

  test("ends streams as closed here, refuses callers, and leaves nothing", async () => {
    const { clock, network, pool, waitAll } = newPool({ maxConnections: 1 });
    const waiters = waitAll(3);
    await settle();
    await network.dial(0).accept({ maxConcurrentStreams: 2 });
    const done = pool.close();
    const late = waitAll(1);
    await done;
    expect(await waiters[0]?.sent?.end).toMatchObject({ kind: "closed-here" });
    expect(countStates(waiters)).toEqual({ served: 2, [closed]: 1 });
    expect(countStates(late)).toEqual({ [closed]: 1 });
    expect(pool.take()).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
    await pool.close();
  });

  test("breaks off a dial", async () => {
    const { clock, network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    await pool.close();
    expect(waiter?.state).toBe(closed);
    expect(network.dial(0).socket.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets streams finish when it is drained", async () => {
    const { network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    const peer = await network.dial(0).accept();
    const drained = pool.drain();
    expect(countStates(waitAll(1))).toEqual({ waiting: 1 });
    await peer.answer();
    expect(await waiter?.sent?.end).toEqual({ kind: "completed" });
    await drained;
  });

  test("can follow a drain that takes too long", async () => {
    const { network, pool, waitAll } = newPool();
    const [waiter] = waitAll(1);
    await settle();
    await network.dial(0).accept();
    const drained = pool.drain();
    await pool.close();
    await drained;
    expect(await waiter?.sent?.end).toMatchObject({ kind: "closed-here" });
  });
});

test("a wrong option of HTTP/2 fails callers and nothing else", async () => {
  const { network, waitAll } = newPool({ http2: { maxFrameBytes: 1 } });
  const [waiter] = waitAll(1);
  await settle();
  await network.dial(0).acceptRaw();
  expect(waiter?.state).toMatch(/connect-failed: .*maxFrameBytes must be/);
});

test("a waiter that throws is reported and harms no other", async () => {
  const { network, pool, thrown, waitAll } = newPool();
  const onConnection = () => {
    throw new Error("a mistake");
  };
  pool.wait({ onConnection, onFailure: () => {} });
  const [waiter] = waitAll(1);
  await settle();
  await network.dial(0).accept();
  expect(waiter?.state).toBe("served");
  expect(thrown).toEqual([new Error("a mistake")]);
});

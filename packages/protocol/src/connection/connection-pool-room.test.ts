/** How a pool makes room, keeps the process alive or not, and closes. */
import { settingsFrame, settle } from "../../test/connection/support/fake-network.js";
import { newPool } from "../../test/connection/support/new-pool.js";
import {
  countStates,
  type RecordingWaiter,
} from "../../test/connection/support/recording-waiter.js";
import { send } from "../../test/connection/support/requests.js";

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

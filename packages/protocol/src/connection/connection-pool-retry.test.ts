/** How a pool goes on after a dial or a connection was lost. */
import { settingsFrame, settle } from "../../test/connection/support/fake-network.js";
import { newPool, refused, settingsAck } from "../../test/connection/support/new-pool.js";
import {
  countStates,
  type RecordingWaiter,
} from "../../test/connection/support/recording-waiter.js";
import { goawayFrame } from "../../test/support/frames.js";

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

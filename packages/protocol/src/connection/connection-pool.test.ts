/** Stories of a pool on sockets in memory; test/connection has those on real ones. */
import type { Duplex } from "node:stream";
import { Code } from "@connectrpc/connect";
import { settingsFrame, settle } from "../../test/connection/support/fake-network.js";
import { newPool, refused } from "../../test/connection/support/new-pool.js";
import { countStates } from "../../test/connection/support/recording-waiter.js";
import { goawayFrame } from "../../test/support/frames.js";

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

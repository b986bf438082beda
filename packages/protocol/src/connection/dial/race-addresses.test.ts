import { FakeClock } from "@thrice/core/testing";
import { FakeNetwork, settle } from "../../../test/connection/support/fake-network.js";
import type { PoolSocket } from "./network.js";
import { interleaveFamilies, raceAddresses } from "./race-addresses.js";

function startRace(hosts: readonly string[], { encrypted = false } = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const won: PoolSocket[] = [];
  const lost: string[][] = [];
  const stop = raceAddresses({
    targets: hosts.map((host) => ({ host, port: 1 })),
    addressDelayMs: 250,
    clock,
    open: (target) => Object.assign(network.connect(target), { encrypted }),
    onWon: (socket) => won.push(socket),
    onLost: (errors) => lost.push(errors.map(({ message }) => message)),
  });
  return { clock, network, won, lost, stop };
}

describe("race of addresses", () => {
  test("gives each address a head start of 250 ms and does not break it off", async () => {
    const { clock, network, won } = startRace(["a", "b", "c"]);
    await clock.advance(249);
    expect(network.dials).toHaveLength(1);
    await clock.advance(1);
    expect(network.dials).toHaveLength(2);
    network.dial(0).socket.emit("connect");
    expect(won).toEqual([network.dial(0).socket]);
    expect(network.dials.map(({ socket }) => socket.destroyed)).toEqual([false, true]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("tries the next address at once when one fails", async () => {
    const { clock, network, won, lost } = startRace(["a", "b"]);
    await network.dial(0).refuse();
    expect(network.dials).toHaveLength(2);
    network.dial(1).socket.emit("connect");
    expect(won).toHaveLength(1);
    expect(lost).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is lost when all have failed, with all errors", async () => {
    const { clock, network, won, lost } = startRace(["a", "b"]);
    await network.dial(0).refuse("first");
    await network.dial(1).refuse("second");
    expect(lost).toEqual([["first", "second"]]);
    expect(won).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("waits for the last address although an earlier one failed", async () => {
    const { clock, network, won, lost } = startRace(["a", "b"]);
    await clock.advance(250);
    await network.dial(0).refuse();
    expect(lost).toEqual([]);
    network.dial(1).socket.emit("connect");
    expect(won).toHaveLength(1);
  });

  describe("with TLS", () => {
    test("is won when the handshake is done, and gives a slow one no more than its head start", async () => {
      const { clock, network, won } = startRace(["a", "b"], { encrypted: true });
      network.dial(0).socket.emit("connect");
      await clock.advance(250);
      expect([won.length, network.dials.length]).toEqual([0, 2]);
      network.dial(1).socket.emit("connect");
      network.dial(1).socket.emit("secureConnect");
      expect(won).toEqual([network.dial(1).socket]);
      expect(network.dial(0).socket.destroyed).toBe(true);
    });

    test("goes on with the next address when a handshake fails", async () => {
      const { network, won } = startRace(["a", "b"], { encrypted: true });
      network.dial(0).socket.emit("connect");
      await network.dial(0).refuse("wrong certificate");
      network.dial(1).socket.emit("secureConnect");
      expect(won).toEqual([network.dial(1).socket]);
    });

    test("is not won by a socket that was given up in its handshake's last step", async () => {
      const { network, won, lost } = startRace(["a"], { encrypted: true });
      const { socket } = network.dial(0);
      socket.destroy(new Error("no h2"));
      socket.emit("secureConnect");
      await settle();
      expect([won, lost]).toEqual([[], [["no h2"]]]);
    });
  });

  test("leaves nothing open when stopped, and takes no notice of what follows", async () => {
    const { clock, network, won, lost, stop } = startRace(["a", "b"]);
    await clock.advance(250);
    stop();
    network.dial(1).socket.emit("connect");
    await settle();
    expect(network.dials.every(({ socket }) => socket.destroyed)).toBe(true);
    expect([won, lost]).toEqual([[], []]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("takes an error that is thrown for one of the address", async () => {
    const clock = new FakeClock();
    const lost: string[][] = [];
    const open = () => {
      throw new Error("no sockets left");
    };
    const targets = [{ path: "a" }, { path: "b" }];
    const onLost = (errors: readonly Error[]) => lost.push(errors.map(({ message }) => message));
    raceAddresses({ targets, addressDelayMs: 250, clock, open, onWon: () => {}, onLost });
    await settle();
    expect(lost).toEqual([["no sockets left", "no sockets left"]]);
    expect(clock.pendingTimers).toBe(0);
  });
});

test.each([
  { given: [], order: [] },
  { given: ["1.1.1.1", "2.2.2.2"], order: ["1.1.1.1", "2.2.2.2"] },
  { given: ["::1", "::2", "1.1.1.1"], order: ["::1", "1.1.1.1", "::2"] },
  { given: ["1.1.1.1", "2.2.2.2", "::1"], order: ["1.1.1.1", "::1", "2.2.2.2"] },
])("the families of $given are tried by turns", ({ given, order }) => {
  expect(interleaveFamilies(given)).toEqual(order);
});

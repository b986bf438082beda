import type { AttemptListener, LiveEndpoint } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import type { Channel } from "@thrice/protocol";
import { Channels } from "./channels.js";

/** Channels that are opened for a test, and what became of them. */
class Wire {
  readonly log: string[] = [];
  readonly clock = new FakeClock();
  readonly use = { changes: 0, inUse: new Set<string>(), isInUse: (id: string) => this.has(id) };
  readonly retired = new Map<string, () => void>();
  readonly channels = new Channels({} as never, this.use, this.clock, (place) => {
    const name = "host" in place ? place.host : "";
    this.log.push(`open ${name}`);
    return this.#channel(name);
  });

  has(id: string): boolean {
    return this.use.inUse.has(id);
  }

  /** Makes a call to `id`; endpoints that are in use are `inUse`. */
  call(id: string, inUse?: readonly string[]): void {
    if (inUse !== undefined) {
      this.use.changes++;
      this.use.inUse = new Set(inUse);
    }
    this.channels.start(endpoint(id), {} as never, {} as never, {} as AttemptListener);
  }

  #channel(name: string): Channel {
    return {
      start: () => ({ cancel: () => {} }),
      openConnections: 1,
      redialSoon: () => {},
      retire: () => {
        this.log.push(`retire ${name}`);
        return new Promise((resolve) => this.retired.set(name, resolve));
      },
      close: async () => void this.log.push(`close ${name}`),
    };
  }
}

const stats = { inFlight: 0 };

function endpoint(id: string): LiveEndpoint {
  return { id, address: { host: id, port: 1, params: {} }, stats } as never;
}

beforeEach(() => {
  stats.inFlight = 0;
});

test("a channel is opened once, when its endpoint is first used", () => {
  const wire = new Wire();
  wire.call("a");
  wire.call("a");
  expect(wire.log).toEqual(["open a"]);
});

test("some time after a change, channels of endpoints that are not used any more are closed", async () => {
  const wire = new Wire();
  wire.call("a", ["a", "b"]);
  wire.call("b", ["b"]);
  wire.call("b");
  expect(wire.log).toEqual(["open a", "open b"]);
  await wire.clock.advance(10_000);
  wire.call("b");
  expect(wire.log).toEqual(["open a", "open b", "retire a"]);
});

test("a channel whose calls still wait for their answers is looked at again", async () => {
  const wire = new Wire();
  wire.call("a", ["a"]);
  wire.call("b", ["b"]);
  stats.inFlight = 1;
  await wire.clock.advance(10_000);
  wire.call("b");
  stats.inFlight = 0;
  wire.call("b");
  expect(wire.log).toEqual(["open a", "open b"]);
  await wire.clock.advance(10_000);
  wire.call("b");
  expect(wire.log).toEqual(["open a", "open b", "retire a"]);
});

test("an endpoint that comes back is connected to anew", async () => {
  const wire = new Wire();
  wire.call("a", ["a"]);
  wire.call("b", ["b"]);
  await wire.clock.advance(10_000);
  wire.call("b");
  wire.call("a", ["a", "b"]);
  expect(wire.log).toEqual(["open a", "open b", "retire a", "open a"]);
});

test("closing the client closes also what still finishes its streams, and nothing twice", async () => {
  const wire = new Wire();
  wire.call("a", ["a"]);
  wire.call("b", ["c"]);
  wire.call("c");
  await wire.clock.advance(10_000);
  wire.call("c");
  wire.retired.get("b")?.();
  await wire.clock.advance(0);
  await wire.channels.close();
  expect(wire.log.slice(-2)).toEqual(["close c", "close a"]);
});

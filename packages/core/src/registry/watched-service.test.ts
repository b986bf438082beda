import { type Address, parseAddresses } from "../address.js";
import type { Endpoint } from "../endpoint.js";
import { FakeClock } from "../testing/fake-clock.js";
import { endpointFromProvider } from "./provider-endpoint.js";
import type { ServiceUpdate } from "./registry.js";
import { WatchedService } from "./watched-service.js";

function endpoint(text: string): Endpoint {
  const [address] = parseAddresses(text);
  const entry = endpointFromProvider(address as Address);
  if (!entry.ok) throw new Error(entry.reason);
  return entry.endpoint;
}

function watchOn(clock: FakeClock) {
  const updates: ServiceUpdate[] = [];
  const watch = new WatchedService({ clock, onUpdate: (update) => updates.push(update) });
  return { watch, updates };
}

describe("a watched service", () => {
  test("tells a change after a quiet time at once, and what follows within 20 ms as one", async () => {
    const clock = new FakeClock();
    const { watch, updates } = watchOn(clock);
    watch.replace([["a", endpoint("a:1")]]);
    await clock.advance(0);
    expect(updates).toHaveLength(1);
    for (let at = 0; at < 10_000; at++) {
      watch.set(`b${at}`, endpoint(`b${at}:1`));
      await Promise.resolve();
    }
    expect(updates).toHaveLength(1);
    await clock.advance(20);
    expect(updates.map(({ added }) => added.length)).toEqual([1, 10_000]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("says nothing when an entry was written anew and says the same", async () => {
    const clock = new FakeClock();
    const { watch, updates } = watchOn(clock);
    watch.replace([["a", endpoint("a:1?weight=5&x=y")]]);
    await clock.advance(20);
    watch.replace([["other key", endpoint("a:1?x=y&weight=5")]]);
    await clock.advance(20);
    expect(updates).toHaveLength(1);
  });

  test.each([
    { title: "the newer of two", first: "?timestamp=2&weight=2", second: "?timestamp=1" },
    {
      title: "the newer, whatever the order",
      first: "?timestamp=1",
      second: "?timestamp=2&weight=2",
    },
    { title: "the last without a time", first: "?weight=1", second: "?weight=2" },
  ])("takes $title entries for one address", async ({ first, second }) => {
    const clock = new FakeClock();
    const { watch, updates } = watchOn(clock);
    watch.set("1", endpoint(`a:1${first}`));
    watch.set("2", endpoint(`a:1${second}`));
    await clock.advance(0);
    expect(updates[0]?.endpoints.map(({ weight }) => weight)).toEqual([2]);
  });

  test("loses an address with its last entry", async () => {
    const clock = new FakeClock();
    const { watch, updates } = watchOn(clock);
    watch.set("1", endpoint("a:1"));
    watch.set("2", endpoint("a:1"));
    await clock.advance(20);
    watch.set("1", undefined);
    await clock.advance(20);
    expect(updates).toHaveLength(1);
    watch.set("2", undefined);
    await clock.advance(20);
    expect(updates[1]?.removed).toHaveLength(1);
  });

  test("leaves the others in their order when one goes and one comes", async () => {
    const clock = new FakeClock();
    const { watch, updates } = watchOn(clock);
    watch.replace(["a", "b", "c"].map((name) => [name, endpoint(`${name}:1`)]));
    await clock.advance(20);
    watch.replace(["d", "c", "a"].map((name) => [name, endpoint(`${name}:1`)]));
    await clock.advance(20);
    expect(updates[1]?.endpoints.map(({ id }) => id)).toEqual(["a:1", "c:1", "d:1"]);
  });

  test("is not stale before it was live, and says why it is not", async () => {
    const clock = new FakeClock();
    const { watch } = watchOn(clock);
    watch.setState("stale", "no route");
    await clock.advance(0);
    expect(watch.latest).toMatchObject({ state: "connecting", reason: "no route" });
  });

  test("survives a listener that throws, and leaves no timer when it is closed", async () => {
    const clock = new FakeClock();
    const onUpdate = () => {
      throw new Error("listener");
    };
    const watch = new WatchedService({ clock, onUpdate });
    watch.replace([["a", endpoint("a:1")]]);
    await clock.advance(0);
    watch.set("b", endpoint("b:1"));
    watch.close();
    expect(clock.pendingTimers).toBe(0);
    expect(watch.latest.endpoints).toHaveLength(1);
  });
});

import type { RegistryState } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { EntryFeed } from "./entry-feed.js";

function feedOn(clock: FakeClock) {
  const heard: [number, RegistryState, string][] = [];
  const onEntries = (
    entries: ReadonlyMap<string, string>,
    state: RegistryState,
    reason: string,
  ): void => {
    heard.push([entries.size, state, reason]);
  };
  return { feed: new EntryFeed({ clock, onEntries }), heard };
}

describe("a feed of entries", () => {
  test("tells 10 000 changes within 20 ms as one, after the first", async () => {
    const clock = new FakeClock();
    const { feed, heard } = feedOn(clock);
    feed.replace([["a", "1"]]);
    await clock.advance(0);
    for (let at = 0; at < 10_000; at++) feed.set(`b${at}`, "1");
    await clock.advance(20);
    expect(heard).toEqual([
      [1, "live", ""],
      [10_001, "live", ""],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is not stale before it was live, says why, and says nothing twice", async () => {
    const clock = new FakeClock();
    const { feed, heard } = feedOn(clock);
    feed.setState("stale", "no route");
    feed.setState("stale", "no route");
    await clock.advance(40);
    feed.setState("stale", "no route");
    await clock.advance(40);
    expect(heard).toEqual([[0, "connecting", "no route"]]);
  });

  test("tells nothing once it is closed, and leaves no timer", async () => {
    const clock = new FakeClock();
    const { feed, heard } = feedOn(clock);
    feed.replace([]);
    await clock.advance(0);
    feed.set("a", "1");
    feed.close();
    feed.close();
    await clock.advance(40);
    expect([heard.length, clock.pendingTimers]).toEqual([1, 0]);
  });

  test("tells less often when its listener takes long", async () => {
    const clock = new FakeClock();
    let nowMs = 0;
    const timers: number[] = [];
    const slowClock = {
      nowMs: () => nowMs,
      setTimer: (delayMs: number, fire: () => void) => {
        timers.push(delayMs);
        return clock.setTimer(delayMs, fire);
      },
    };
    const onEntries = () => {
      nowMs += 25;
    };
    const feed = new EntryFeed({ clock: slowClock, onEntries });
    feed.set("a", "1");
    await clock.advance(0);
    feed.set("b", "1");
    expect(timers).toEqual([175]);
    feed.close();
  });
});

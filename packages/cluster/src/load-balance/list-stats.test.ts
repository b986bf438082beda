import type { EndpointStats, LiveEndpoint } from "@thrice/core";
import { AttemptStats } from "../endpoints/attempt-stats.js";
import type { TrackedEndpoint } from "../endpoints/live-endpoints.js";
import { inFlightAt, latencyMsAt } from "../endpoints/stats-slab.js";
import { endAt, startAt } from "../testing/attempts-under-way.js";
import { endpoint, pickContext } from "../testing/pick-bench.js";
import { ListStats } from "./list-stats.js";
import { peakEwma } from "./peak-ewma.js";

/** Answered after 10 ms times its place; as many attempts under way as its place says. */
function busy(one: TrackedEndpoint, at: number): TrackedEndpoint {
  startAt(one.stats, 0);
  endAt(one.stats, "good", 0, 10 * at);
  for (let attempt = 0; attempt < at; attempt++) startAt(one.stats, 1_000);
  return one;
}

const withOwnSlab = (id: string): TrackedEndpoint => {
  return { ...endpoint(id), stats: new AttemptStats(0) };
};

/** As a user's test may make them. */
const ofAnotherMake = (one: LiveEndpoint): LiveEndpoint => {
  const { inFlight, latencyMs, latencyAtMs, oldestStartMs } = one.stats;
  const { knownSinceMs, succeeded, failed } = one.stats;
  const stats: EndpointStats = {
    ...{ inFlight, latencyMs, latencyAtMs, oldestStartMs },
    ...{ knownSinceMs, succeeded, failed },
  };
  return { ...one, stats };
};

const ids = ["a", "b", "c"];
const lists: Record<string, () => LiveEndpoint[]> = {
  "in one slab": () => ids.map((id, at) => busy(endpoint(id), at + 1)),
  "in several": () => ids.map((id, at) => busy(withOwnSlab(id), at + 1)),
  "of another make": () => ids.map((id, at) => ofAnotherMake(busy(endpoint(id), at + 1))),
  "of two makes": () =>
    ids.map((id, at) => {
      const one = busy(endpoint(id), at + 1);
      return at === 1 ? ofAnotherMake(one) : one;
    }),
};

function numbersOf(stats: ListStats, at: number) {
  const { values } = stats;
  const offset = stats.offsetOf(at);
  return { latencyMs: values[offset + latencyMsAt], inFlight: values[offset + inFlightAt] };
}

test.each(Object.keys(lists))("statistics are found by position: %s", (name) => {
  const stats = new ListStats(lists[name]?.() ?? []);
  const found = ids.map((_, at) => numbersOf(stats, at));
  expect(found).toEqual([
    { latencyMs: 10, inFlight: 1 },
    { latencyMs: 20, inFlight: 2 },
    { latencyMs: 30, inFlight: 3 },
  ]);
});

test.each(Object.keys(lists))("peakEwma picks the quicker of the two it draws: %s", (name) => {
  const list = lists[name]?.() ?? [];
  const picker = peakEwma.createPicker();
  for (const draw of [0, 0.4, 0.9]) {
    const random = () => draw;
    const picked = picker.pick(list, pickContext({ random, nowMs: () => 1_000 }));
    const first = Math.floor(draw * 3);
    const second = (first + 1 + Math.floor(draw * 2)) % 3;
    expect(picked).toBe(list[Math.min(first, second)]);
  }
});

test("an old list goes on showing its own when others have taken over what stood there", () => {
  const list = ids.map((id, at) => busy(endpoint(id), at + 1));
  const stats = new ListStats(list);
  numbersOf(stats, 0);
  list[0]?.stats.leaveSlab();
  busy(endpoint("new"), 9);
  expect(numbersOf(stats, 0)).toEqual({ latencyMs: 10, inFlight: 1 });
  expect(numbersOf(stats, 2)).toEqual({ latencyMs: 30, inFlight: 3 });
});

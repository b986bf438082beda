import type { Endpoint, Snapshot } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { LiveEndpoints } from "./live-endpoints.js";

function endpoint(id: string, weight = 100): Endpoint {
  return { id, address: { host: id, port: 1, params: {} }, weight, zone: "" };
}

/** A directory that the test changes. */
function changing(...first: Endpoint[]) {
  const clock = new FakeClock();
  let snapshot: Snapshot = { endpoints: first, advertised: {} };
  const live = new LiveEndpoints({ snapshot: () => snapshot }, clock);
  const know = (...endpoints: Endpoint[]) => {
    snapshot = { endpoints, advertised: {} };
    return live.current();
  };
  return { clock, live, know };
}

const [a, b] = [endpoint("a"), endpoint("b")];

test("the list is the same object as long as the snapshot is", () => {
  const { live, know } = changing(a, b);
  const before = live.current();
  expect(live.current()).toBe(before);
  expect(know(a, b)).not.toBe(before);
});

test("an endpoint that stands in the next snapshot as it was stays the same object", () => {
  const { live, know } = changing(a, b);
  const [first] = live.current();
  expect(know(b, a)[1]).toBe(first);
});

test("an endpoint that has changed keeps its statistics", () => {
  const { live, know } = changing(a);
  const [before] = live.current();
  const [after] = know(endpoint("a", 7));
  expect(after?.weight).toBe(7);
  expect(after?.stats).toBe(before?.stats);
  expect(live.get("a")).toBe(after);
});

test.each([
  { awayMs: 59_999, keeps: true },
  { awayMs: 60_000, keeps: false },
])("after $awayMs ms away it keeps its statistics: $keeps", async ({ awayMs, keeps }) => {
  const { clock, live, know } = changing(a, b);
  const stats = live.current()[0]?.stats;
  know(b);
  expect(live.get("a")).toBeUndefined();
  await clock.advance(awayMs);
  expect(know(a, b)[0]?.stats === stats).toBe(keeps);
});

test("what was kept of one that is forgotten goes to the next that comes", async () => {
  const { clock, live, know } = changing(a, b);
  const { offset, slab } = live.current()[0]?.stats ?? {};
  know(b);
  await clock.advance(60_000);
  const [, fresh] = know(b, endpoint("c"));
  expect(fresh?.stats.offset).toBe(offset);
  expect(fresh?.stats.slab).toBe(slab);
});

test("the time away counts from when it went, not from the last snapshot without it", async () => {
  const { clock, live, know } = changing(a, b);
  const stats = live.current()[0]?.stats;
  know(b);
  for (let update = 0; update < 6; update++) {
    await clock.advance(10_000);
    know(b);
  }
  expect(know(a, b)[0]?.stats).not.toBe(stats);
});

test("those known from the start have been known for ever, others since they came", async () => {
  const { clock, live, know } = changing(a);
  expect(live.current()[0]?.stats.knownSinceMs).toBe(Number.NEGATIVE_INFINITY);
  await clock.advance(70);
  expect(know(a, b)[1]?.stats.knownSinceMs).toBe(70);
});

test("each knows how long its weight is to grow", () => {
  const snapshot = { endpoints: [a], advertised: {} };
  const slowStartOf = (live: LiveEndpoints) => live.current()[0]?.stats.slowStartMs;
  expect(slowStartOf(new LiveEndpoints({ snapshot: () => snapshot }, new FakeClock()))).toBe(
    10_000,
  );
  expect(slowStartOf(new LiveEndpoints({ snapshot: () => snapshot }, new FakeClock(), 7))).toBe(7);
});

test("an endpoint that stands twice shares its statistics", () => {
  const { live, know } = changing(a, endpoint("a", 5));
  const [one, other] = live.current();
  expect(one?.stats).toBe(other?.stats);
  expect(know(b).map(({ id }) => id)).toEqual(["b"]);
});

import type { Endpoint } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { LiveEndpoints } from "./live-endpoints.js";

function endpoint(id: string, weight = 100): Endpoint {
  return { id, address: { host: id, port: 1, params: {} }, weight, zone: "" };
}

const [a, b, c] = [endpoint("a"), endpoint("b"), endpoint("c")];

/** Endpoints of a directory that the test changes, of which a part is used. */
function changing(...first: Endpoint[]) {
  const clock = new FakeClock();
  let endpoints: readonly Endpoint[] = first;
  let snapshot = { endpoints, advertised: {} };
  const live = new LiveEndpoints({ snapshot: () => snapshot }, clock);
  live.sources();
  const know = (...next: Endpoint[]) => {
    endpoints = next;
    snapshot = { endpoints, advertised: {} };
    live.sources();
  };
  return { clock, live, know };
}

describe("a part of the endpoints", () => {
  test("is tracked, and the others are not", () => {
    const { live } = changing(a, b, c);
    expect(live.part([b]).map(({ id }) => id)).toEqual(["b"]);
    expect(live.tracked().map(({ id }) => id)).toEqual(["b"]);
    expect([live.get("a"), live.get("b")?.id]).toEqual([undefined, "b"]);
  });

  test("is the same list as long as its endpoints are", () => {
    const { live, know } = changing(a, b, c);
    const before = live.part([a, b]);
    know(b, a);
    expect(live.part([a, b])).toBe(before);
    expect(live.part([b])).not.toBe(before);
  });

  test("has those that were there from the start for ever, and others since they came", async () => {
    const { clock, live, know } = changing(a, b);
    await clock.advance(70);
    know(b, a, c);
    await clock.advance(30);
    const since = live.part([a, b, c]).map(({ stats }) => stats.knownSinceMs);
    expect(since).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 70]);
  });

  test("counts the time of one that left and came back from when it came back", async () => {
    const { clock, live, know } = changing(a);
    know(a, b);
    know(a);
    await clock.advance(70);
    know(a, b);
    expect(live.part([b])[0]?.stats.knownSinceMs).toBe(70);
  });

  test("keeps the statistics of one that comes back soon, or whose weight changes", async () => {
    const { clock, live, know } = changing(a, b);
    const stats = live.part([a])[0]?.stats;
    know(b);
    expect(live.get("a")).toBeUndefined();
    await clock.advance(59_999);
    know(b, endpoint("a", 7));
    expect(live.get("a")?.stats).toBe(stats);
    expect(live.get("a")?.weight).toBe(7);
  });

  test("is among all of them when all are asked for, and leaves as the others do", () => {
    const { live, know } = changing(a, b);
    const [one] = live.part([a]);
    live.part([a]);
    expect(live.current()[0]).toBe(one);
    know(b);
    expect(live.get("a")).toBeUndefined();
    expect(live.current().map(({ id }) => id)).toEqual(["b"]);
  });
});

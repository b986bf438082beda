import type { LiveEndpoint, LoadBalancer, Picker } from "@thrice/core";
import type { TrackedEndpoint } from "../endpoints/live-endpoints.js";
import { endAt, startAt } from "../testing/attempts-under-way.js";
import { endpoint, pickContext, seededRandom } from "../testing/pick-bench.js";
import { leastActive } from "./least-active.js";
import { p2c } from "./p2c.js";
import { peakEwma } from "./peak-ewma.js";
import { shortestResponse } from "./shortest-response.js";

/** Calls that come one by one, each of which an endpoint answers after its own time. */
class Traffic {
  nowMs = 0;
  readonly counts = new Map<string, number>();
  readonly #random = seededRandom(6);
  readonly #picker: Picker;
  readonly #list: readonly ReturnType<typeof endpoint>[];
  readonly #tookMs: (one: LiveEndpoint) => number;
  readonly #fails: (one: LiveEndpoint) => boolean;
  readonly #open: { readonly dueMs: number; readonly end: () => void }[] = [];

  constructor(
    balancer: LoadBalancer,
    list: readonly ReturnType<typeof endpoint>[],
    tookMs: (one: LiveEndpoint) => number,
    fails: (one: LiveEndpoint) => boolean = () => false,
  ) {
    this.#picker = balancer.createPicker();
    this.#list = list;
    this.#tookMs = tookMs;
    this.#fails = fails;
  }

  /** Runs `count` calls, one each `everyMs`; gives how many each endpoint got. */
  run(count: number, everyMs: number): Record<string, number> {
    const context = pickContext({ random: this.#random, nowMs: () => this.nowMs });
    for (let call = 0; call < count; call++) {
      this.nowMs += everyMs;
      this.#endDue();
      const picked = this.#picker.pick(this.#list, context) as ReturnType<typeof endpoint>;
      this.counts.set(picked.id, (this.counts.get(picked.id) ?? 0) + 1);
      const startedMs = this.nowMs;
      startAt(picked.stats, startedMs);
      const dueMs = startedMs + this.#tookMs(picked);
      const how = this.#fails(picked) ? "bad" : "good";
      this.#open.push({ dueMs, end: () => endAt(picked.stats, how, startedMs, dueMs) });
    }
    return Object.fromEntries(this.counts);
  }

  #endDue(): void {
    this.#open.sort((a, b) => a.dueMs - b.dueMs);
    while ((this.#open[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= this.nowMs)
      this.#open.shift()?.end();
  }
}

const three = () => ["a", "b", "c"].map((id) => endpoint(id));
const isC = ({ id }: LiveEndpoint) => id === "c";

describe("peakEwma", () => {
  test("shares evenly among equals", () => {
    const counts = new Traffic(peakEwma, three(), () => 10).run(3_000, 2);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(800);
  });

  test("all but leaves out one of three that is slow", () => {
    const slowC = (one: LiveEndpoint) => (isC(one) ? 500 : 10);
    const { c = 0 } = new Traffic(peakEwma, three(), slowC).run(5_000, 2);
    expect(c).toBeLessThan(25);
  });

  test.each([
    { underWay: 60, latencyMs: 50, picked: "busy" },
    { underWay: 140, latencyMs: 50, picked: "slow" },
  ])(
    "prefers one with $underWay attempts under way and 10 ms to an idle one of $latencyMs ms: $picked",
    ({ underWay, latencyMs, picked }) => {
      const list = [endpoint("busy"), endpoint("slow")];
      const took = { busy: 10, slow: latencyMs };
      for (const { id, stats } of list) {
        startAt(stats, 0);
        endAt(stats, "good", 0, took[id as keyof typeof took]);
      }
      for (let i = 0; i < underWay; i++) startAt((list[0] as TrackedEndpoint).stats, 100);
      const context = pickContext({ random: seededRandom(1), nowMs: () => 100 });
      expect(peakEwma.createPicker().pick(list, context)?.id).toBe(picked);
    },
  );

  test("is not drawn to one of three that fails at once", () => {
    const quickC = (one: LiveEndpoint) => (isC(one) ? 1 : 20);
    const { c = 0 } = new Traffic(peakEwma, three(), quickC, isC).run(5_000, 2);
    expect(c).toBeLessThan(10);
  });

  test("keeps off one of three that hangs before any of its attempts has ended", () => {
    const hangingC = (one: LiveEndpoint) => (isC(one) ? Number.POSITIVE_INFINITY : 10);
    const { c = 0 } = new Traffic(peakEwma, three(), hangingC).run(5_000, 2);
    expect(c).toBeLessThan(15);
  });

  test("comes back to one that was slow, once that is some time ago", () => {
    const list = three();
    list.forEach(({ stats }, at) => {
      startAt(stats, 0);
      endAt(stats, "good", 0, at === 2 ? 500 : 10);
    });
    const traffic = new Traffic(peakEwma, list, () => 10);
    expect(traffic.run(1_000, 2)).not.toHaveProperty("c");
    expect(traffic.run(30_000, 2).c).toBeGreaterThan(1_000);
  });

  test.each([1, 2, 20])("tries a new endpoint beside %d that are known", (known) => {
    const list = Array.from({ length: known }, (_, at) => endpoint(`old${at}`));
    for (const { stats } of list) {
      startAt(stats, 0);
      endAt(stats, "good", 0, 10);
    }
    const { fresh = 0 } = new Traffic(peakEwma, [...list, endpoint("fresh")], () => 10).run(500, 5);
    expect(fresh).toBeGreaterThan(100 / known);
  });

  test("does not flood a new endpoint that hangs", () => {
    const list = [...three(), endpoint("fresh")];
    for (const { stats } of list.slice(0, 3)) {
      startAt(stats, 0);
      endAt(stats, "good", 0, 10);
    }
    const took = ({ id }: LiveEndpoint) => (id === "fresh" ? Number.POSITIVE_INFINITY : 10);
    const { fresh = 0 } = new Traffic(peakEwma, list, took).run(2_000, 1);
    expect(fresh).toBeGreaterThan(0);
    expect(fresh).toBeLessThan(25);
  });

  test("looks at what is under way when nobody knows anything yet", () => {
    const list = three();
    for (let call = 0; call < 5; call++) startAt((list[0] as TrackedEndpoint).stats, 0);
    const counts = new Traffic(peakEwma, list, () => Number.POSITIVE_INFINITY).run(4, 0);
    expect(counts.a).toBeUndefined();
  });
});

describe.each([
  { balancer: leastActive, length: 32 },
  { balancer: shortestResponse, length: 32 },
])("$balancer.name", ({ balancer, length }) => {
  const idle = 17;

  test(`finds the only idle one of ${length}`, () => {
    const list = Array.from({ length }, (_, at) => endpoint(`e${at}`));
    list.forEach(({ stats }, at) => {
      startAt(stats, 0);
      endAt(stats, "good", 0, 10);
      startAt(stats, 10);
      endAt(stats, "good", 10, 10 + (at === idle ? 10 : 11));
      startAt(stats, 20);
    });
    const { stats, id } = list[idle] as ReturnType<typeof endpoint>;
    endAt(stats, "good", 20, 30);
    const picker = balancer.createPicker();
    const context = pickContext({ random: seededRandom(8), nowMs: () => 30 });
    const ids = Array.from({ length: 50 }, () => picker.pick(list, context)?.id);
    expect(new Set(ids)).toEqual(new Set([id]));
  });

  test("shares evenly among equals that are idle (seed 6)", () => {
    const counts = new Traffic(balancer, three(), () => 1).run(3_000, 5);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(850);
  });

  test("takes a few of a long list", () => {
    const list = Array.from({ length: 500 }, (_, at) => endpoint(`e${at}`));
    const counts = new Traffic(balancer, list, () => Number.POSITIVE_INFINITY).run(1_500, 1);
    // Chance alone would leave the worst with more than ten.
    expect(Math.max(...Object.values(counts))).toBeLessThanOrEqual(6);
  });
});

test("shortestResponse prefers the quicker of two that are idle", () => {
  const list = three();
  list.forEach(({ stats }, at) => {
    startAt(stats, 0);
    endAt(stats, "good", 0, 30 - at);
  });
  const picked = shortestResponse.createPicker().pick(list, pickContext({ nowMs: () => 30 }));
  expect(picked?.id).toBe("c");
});

test("p2c picks the one of two with fewer attempts under way for its weight", () => {
  const list = [endpoint("a", 100), endpoint("b", 100)];
  startAt((list[0] as TrackedEndpoint).stats, 0);
  const context = pickContext({ random: seededRandom(3) });
  const picker = p2c.createPicker();
  const ids = Array.from({ length: 50 }, () => picker.pick(list, context)?.id);
  expect(new Set(ids)).toEqual(new Set(["b"]));
});

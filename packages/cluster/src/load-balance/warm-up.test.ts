import type { LiveEndpoint } from "@thrice/core";
import { AttemptStats } from "../endpoints/attempt-stats.js";
import { endpoint, pickContext } from "../testing/call-bench.js";
import { warmth } from "./warm-up.js";
import { WeightTables } from "./weight-tables.js";

const unixMs = 1_700_000_000_000;

const advertising = (params: Record<string, string>): LiveEndpoint => ({
  ...endpoint("a"),
  address: { host: "a", port: 1, params },
});

const knownSince = (sinceMs: number, id = "a"): LiveEndpoint => ({
  ...endpoint(id),
  stats: new AttemptStats(sinceMs),
});

describe("slow start", () => {
  test.each([
    { knownMs: 0, share: 0.1 },
    { knownMs: 500, share: 0.1 },
    { knownMs: 5_000, share: 0.5 },
    { knownMs: 9_999, share: 0.9999 },
    { knownMs: 10_000, share: 1 },
    { knownMs: Number.POSITIVE_INFINITY, share: 1 },
    // The clock has gone back.
    { knownMs: -3_000, share: 0.1 },
  ])("after $knownMs ms an endpoint has $share of its weight", ({ knownMs, share }) => {
    expect(warmth(knownSince(50_000 - knownMs), 50_000, unixMs)).toBe(share);
  });
});

test.each([
  { slowStartMs: 60_000, knownMs: 30_000, share: 0.5 },
  { slowStartMs: 100, knownMs: 0, share: 0.1 },
  { slowStartMs: 100, knownMs: 100, share: 1 },
  { slowStartMs: 0, knownMs: 0, share: 1 },
  { slowStartMs: 0, knownMs: -3_000, share: 1 },
])("a slow start of $slowStartMs ms gives $share after $knownMs ms", (row) => {
  const stats = new AttemptStats(50_000 - row.knownMs, undefined, row.slowStartMs);
  expect(warmth({ ...endpoint("a"), stats }, 50_000, unixMs)).toBe(row.share);
});

test("statistics that do not speak of a slow start have one of ten seconds", () => {
  const { slowStartMs: _unsaid, ...said } = { ...new AttemptStats(0) };
  const stats = { inFlight: 0, latencyMs: 1, latencyAtMs: 0, oldestStartMs: 0, ...said };
  expect(warmth({ ...endpoint("a"), stats }, 5_000, unixMs)).toBe(0.5);
});

describe("warm-up that a provider asks for", () => {
  const startedAgo = (upMs: number, warmup: string) =>
    advertising({ timestamp: `${unixMs - upMs}`, warmup });

  test.each([
    { upMs: 0, share: 0.01 },
    { upMs: 3_000, share: 0.01 },
    { upMs: 300_000, share: 0.5 },
    { upMs: 600_000, share: 1 },
    { upMs: 9e9, share: 1 },
    // Its clock goes ahead of ours.
    { upMs: -60_000, share: 1 },
  ])("in milliseconds, as from Java: $share of the weight $upMs ms after it began", (row) => {
    expect(warmth(startedAgo(row.upMs, "600000"), 0, unixMs)).toBe(row.share);
  });

  test("in seconds, as from Go", () => {
    const timestamp = `${(unixMs - 150_000) / 1_000}`;
    expect(warmth(advertising({ timestamp, warmup: "600" }), 0, unixMs)).toBe(0.25);
  });

  test.each([
    { params: { warmup: "600000" } },
    { params: { timestamp: `${unixMs}` } },
    { params: { timestamp: `${unixMs}`, warmup: "10m0s" } },
    { params: { timestamp: `${unixMs}`, warmup: "0" } },
    { params: { timestamp: "yesterday", warmup: "600000" } },
    { params: { timestamp: `-${unixMs}`, warmup: "600000" } },
    { params: { timestamp: "", warmup: "" } },
  ])("says nothing when it is incomplete or no number: $params", ({ params }) => {
    expect(warmth(advertising(params), 0, unixMs)).toBe(1);
  });

  test("and slow start together: the smaller share counts", () => {
    const one = { ...startedAgo(60_000, "600000"), stats: new AttemptStats(-5_000) };
    expect(warmth(one, 0, unixMs)).toBe(0.1);
  });
});

describe("weights of a list", () => {
  const at = (nowMs: number) => pickContext({ nowMs: () => nowMs });

  test("grow while an endpoint warms up, and then stay", () => {
    const list = [endpoint("a"), knownSince(1_000, "b")];
    const tables = new WeightTables(() => unixMs);
    const share = (nowMs: number) => {
      const table = tables.for(list, at(nowMs));
      return table.weightAt(1) / table.weightAt(0);
    };
    expect(share(1_000)).toBe(0.1);
    expect(share(3_500)).toBe(0.25);
    expect(share(8_000)).toBe(0.7);
    expect(share(11_000)).toBe(1);
    const warm = tables.for(list, at(11_000));
    expect(warm.isEven).toBe(true);
    expect(tables.for(list, at(1e9))).toBe(warm);
  });

  test("are not worked out anew for less than a hundredth of the time", () => {
    const list = [endpoint("a"), knownSince(0, "b")];
    const tables = new WeightTables(() => unixMs);
    const first = tables.for(list, at(0));
    expect(tables.for(list, at(99))).toBe(first);
    expect(tables.for(list, at(100))).not.toBe(first);
  });

  test("are even when all are as new as each other", () => {
    const list = [knownSince(0, "a"), knownSince(0, "b")];
    expect(new WeightTables(() => unixMs).for(list, at(2_000)).isEven).toBe(true);
  });

  test("are kept for each of two lists that take turns", () => {
    const [one, other] = [[endpoint("a")], [endpoint("b")]];
    const tables = new WeightTables();
    const first = tables.for(one, at(0));
    tables.for(other, at(0));
    expect(tables.for(one, at(0))).toBe(first);
  });

  test("take the time of the day from the process unless told otherwise", () => {
    // Began in 2001, and wants thirty thousand years.
    const young = advertising({ timestamp: "1000000000", warmup: "1000000000000" });
    expect(new WeightTables().for([young, endpoint("b")], at(0)).isEven).toBe(false);
  });
});

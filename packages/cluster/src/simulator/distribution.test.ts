import {
  constant,
  type Distribution,
  exponential,
  lognormal,
  uniform,
  withStragglers,
} from "./distribution.js";
import { seededRandom } from "./seeded-random.js";

function draw(distribution: Distribution, count = 100_000): number[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, () => distribution(random)).sort((a, b) => a - b);
}

test.each([
  { name: "constant", distribution: constant(5), p50: 5, p99: 5 },
  { name: "uniform", distribution: uniform(10, 20), p50: 15, p99: 19.9 },
  { name: "exponential", distribution: exponential(10), p50: 6.93, p99: 46.05 },
  { name: "lognormal", distribution: lognormal({ medianMs: 8, p99Ms: 40 }), p50: 8, p99: 40 },
])(
  "half of $name times are below $p50 ms, and 99 % below $p99 ms",
  ({ distribution, p50, p99 }) => {
    const drawn = draw(distribution);
    expect((drawn[50_000] ?? 0) / p50).toBeCloseTo(1, 1);
    expect((drawn[99_000] ?? 0) / p99).toBeCloseTo(1, 1);
    expect(drawn[0]).toBeGreaterThanOrEqual(0);
  },
);

test("a share of stragglers takes far longer", () => {
  const drawn = draw(withStragglers(constant(1), { ratio: 0.01, take: uniform(500, 1_000) }));
  const slow = drawn.filter((ms) => ms >= 500);
  expect(slow.length / drawn.length).toBeCloseTo(0.01, 3);
});

test.each([
  { make: () => constant(-1), problem: "ms must be a number from 0 to 86400000, got -1" },
  { make: () => uniform(5, 4), problem: "maxMs must be a number from 5 to 86400000, got 4" },
  { make: () => exponential(Number.NaN), problem: "meanMs must be a number" },
  { make: () => lognormal({ medianMs: 0, p99Ms: 1 }), problem: "medianMs must be a number" },
  { make: () => lognormal({ medianMs: 2, p99Ms: 1 }), problem: "p99Ms must be a number from 2" },
  {
    make: () => withStragglers(constant(1), { ratio: 2, take: constant(2) }),
    problem: "ratio must be a number from 0 to 1, got 2",
  },
])("refuses what makes no sense: $problem", ({ make, problem }) => {
  expect(make).toThrow(problem);
});

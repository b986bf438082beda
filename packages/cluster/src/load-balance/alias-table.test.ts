import { AliasTable } from "./alias-table.js";

/** Shares of evenly spaced draws, which are exact up to one draw per slot. */
function sharesOf(weights: readonly number[], draws: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new AliasTable(Float64Array.from(weights), total);
  const counts = weights.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const at = table.draw((draw + 0.5) / draws);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts.map((count) => count / draws);
}

describe("AliasTable", () => {
  test.each([
    { name: "one", weights: [1] },
    { name: "the same", weights: [1, 1, 1] },
    { name: "one heavy", weights: [5, 1, 1] },
    { name: "fractions", weights: [0.1, 0.2, 0.7] },
    { name: "next to nothing", weights: [1e-6, 1e6] },
    { name: "1 to 100", weights: Array.from({ length: 100 }, (_, at) => 1 + at) },
    {
      name: "two extremes",
      weights: Array.from({ length: 64 }, (_, at) => (at % 2 ? 0.3 : 1_000)),
    },
  ])("draws in proportion to weight: $name", ({ weights }) => {
    const draws = 50_000;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const off = sharesOf(weights, draws).map((share, at) =>
      Math.abs(share - (weights[at] as number) / total),
    );
    expect(Math.max(...off)).toBeLessThan((2 * weights.length) / draws);
  });

  test.each([0, 1 - 2 ** -53])("stays within the list for the draw %d", (drawn) => {
    const weights = Float64Array.from({ length: 77 }, (_, at) => 0.1 + at);
    const at = new AliasTable(
      weights,
      weights.reduce((sum, weight) => sum + weight),
    ).draw(drawn);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThan(77);
  });
});

import { isSteady } from "./steady.js";

const eight = (cost: number) => Array.from({ length: 8 }, () => cost);

describe("isSteady", () => {
  test.each([
    { case: "too few slices", costs: [...eight(9), ...eight(9)].slice(1), expected: false },
    { case: "a cost that stays", costs: [...eight(9), ...eight(9)], expected: true },
    { case: "a cost that rises", costs: [...eight(9), ...eight(12)], expected: true },
    { case: "a fall by a twentieth", costs: [...eight(100), ...eight(95)], expected: true },
    { case: "a deeper fall", costs: [...eight(100), ...eight(94)], expected: false },
    { case: "a fall that is over", costs: [500, 300, ...eight(9), ...eight(9)], expected: true },
    { case: "one cheap slice", costs: [...eight(9), 1, ...eight(9).slice(1)], expected: true },
  ])("says $expected to $case", ({ costs, expected }) => {
    expect(isSteady(costs)).toBe(expected);
  });
});

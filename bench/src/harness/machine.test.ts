import { othersRatio } from "./machine.js";

describe("othersRatio", () => {
  const before = { busySeconds: 10, allSeconds: 100 };

  test.each([
    { case: "we alone", busy: 3, ours: 3, expected: 0 },
    { case: "half of the machine", busy: 3, ours: 1, expected: 0.5 },
    { case: "rounding below zero", busy: 3, ours: 3.1, expected: 0 },
  ])("is $expected for $case", ({ busy, ours, expected }) => {
    const after = { busySeconds: 10 + busy, allSeconds: 104 };
    expect(othersRatio(before, after, ours)).toBe(expected);
  });

  test("is zero if no time has passed", () => {
    expect(othersRatio(before, before, 0)).toBe(0);
  });
});

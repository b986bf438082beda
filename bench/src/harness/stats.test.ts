import { median, medianSample, percentile } from "./stats.js";

describe("median", () => {
  test.each([
    { values: [3], expected: 3 },
    { values: [9, 1, 5], expected: 5 },
    { values: [4, 1, 3, 2], expected: 2.5 },
    { values: [], expected: Number.NaN },
  ])("of $values is $expected", ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });

  test("is taken of each metric on its own", () => {
    const samples = [
      { rate: 10, cpu: 3 },
      { rate: 30, cpu: 1 },
      { rate: 20, cpu: 2 },
    ];
    expect(medianSample(samples)).toEqual({ rate: 20, cpu: 2 });
  });
});

describe("percentile", () => {
  const oneToHundred = () => Float64Array.from({ length: 100 }, (_, index) => 100 - index);

  test.each([
    { ratio: 0, expected: 1 },
    { ratio: 0.5, expected: 50 },
    { ratio: 0.99, expected: 99 },
    { ratio: 1, expected: 100 },
  ])("at $ratio of 1 to 100 is $expected", ({ ratio, expected }) => {
    expect(percentile(oneToHundred(), ratio)).toBe(expected);
  });

  test("of nothing is no number", () => {
    expect(percentile(new Float64Array(0), 0.5)).toBeNaN();
  });
});

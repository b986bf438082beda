import { decay } from "./decay.js";

test.each([0, 1e-9, 0.031, 0.5, 1, Math.E, 9.99, 15.999])("is near e to the power of -%d", (x) => {
  expect(Math.abs(decay(x) / Math.exp(-x) - 1)).toBeLessThan(0.001);
});

test.each([16, 1e9, Number.POSITIVE_INFINITY, Number.NaN])("is nothing for %d", (x) => {
  expect(decay(x)).toBe(0);
});

test("never rises", () => {
  const falls = Array.from({ length: 10_000 }, (_, at) => decay(at / 600));
  expect(falls).toEqual(falls.toSorted((a, b) => b - a));
});

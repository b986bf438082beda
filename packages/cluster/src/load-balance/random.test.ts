import { endpoint, pickContext } from "../testing/call-bench.js";
import { random } from "./random.js";

/** The largest number that a random source may draw. */
const almostOne = 1 - 2 ** -53;

const pickAt = (weights: readonly number[], draw: number) => {
  const endpoints = weights.map((weight, at) => endpoint("abcd".charAt(at), weight));
  return random.createPicker().pick(endpoints, pickContext({ random: () => draw }))?.id;
};

describe("random", () => {
  test.each([
    { weights: [1, 1], draw: 0, picked: "a" },
    { weights: [1, 1], draw: 0.49, picked: "a" },
    { weights: [1, 1], draw: 0.5, picked: "b" },
    { weights: [5, 1, 1], draw: 0.71, picked: "a" },
    { weights: [5, 1, 1], draw: 0.72, picked: "b" },
    { weights: [5, 1, 1], draw: 0.86, picked: "c" },
    { weights: [5, 1, 1], draw: almostOne, picked: "c" },
    { weights: [0.5, 1.5], draw: 0.24, picked: "a" },
    { weights: [0.5, 1.5], draw: 0.25, picked: "b" },
  ])("picks $picked of weights $weights for the draw $draw", ({ weights, draw, picked }) => {
    expect(pickAt(weights, draw)).toBe(picked);
  });

  test.each([
    { name: "first", weights: [0, 1, 1], draw: 0, picked: "b" },
    { name: "in the middle", weights: [1, 0, 1], draw: 0.5, picked: "c" },
    { name: "last", weights: [1, 1, 0], draw: almostOne, picked: "b" },
    // Rounding left a rest after the last weight, and the rest went to whoever stood last.
    { name: "last, after fractions", weights: [0.1, 0.1, 0.4, 0], draw: almostOne, picked: "c" },
  ])("leaves out weight 0: $name", ({ weights, draw, picked }) => {
    expect(pickAt(weights, draw)).toBe(picked);
  });

  test.each([
    { draw: 0, picked: "a" },
    { draw: 0.34, picked: "b" },
    { draw: almostOne, picked: "c" },
  ])("treats all alike when every weight is 0: draw $draw picks $picked", ({ draw, picked }) => {
    expect(pickAt([0, 0, 0], draw)).toBe(picked);
  });

  test("draws once per pick", () => {
    let draws = 0;
    const context = pickContext({ random: () => ++draws / 10 });
    random.createPicker().pick([endpoint("a"), endpoint("b")], context);
    expect(draws).toBe(1);
  });

  test("has a name", () => {
    expect(random.name).toBe("random");
  });
});

import { freshEndpoints } from "./fresh-endpoints.js";
import { endpoint } from "./testing/call-bench.js";

test("leaves out what was tried, by id, and what takes no traffic", () => {
  const [a, b, c] = [endpoint("a"), { ...endpoint("b"), weight: 0 }, endpoint("c")];
  expect(freshEndpoints([a, b, c], [{ ...a, weight: 5 }])).toEqual([c]);
});

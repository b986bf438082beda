import { seededRandom } from "../testing/routing.js";
import { manyEndpoints } from "../testing/subset-load.js";
import { resolveSubset, type SubsetOptions } from "./subset-options.js";
import { Subsetter } from "./subsetter.js";

function subsetter(options?: SubsetOptions, seed = 1): Subsetter {
  const resolved = resolveSubset(options);
  if (resolved === undefined) throw new Error("no subset");
  return new Subsetter(resolved, seededRandom(seed));
}

test("short lists stay as they are; from 64 endpoints on, 20 are used", () => {
  const short = manyEndpoints(63);
  expect(subsetter().cut(short)).toBe(short);
  expect(subsetter().cut(manyEndpoints(64))).toHaveLength(20);
});

test("the same list gives the same subset", () => {
  const all = manyEndpoints(100);
  const cutter = subsetter();
  expect(cutter.cut(all)).toBe(cutter.cut(all));
});

test("clients differ", () => {
  const all = manyEndpoints(1_000);
  expect(subsetter({}, 1).cut(all)).not.toEqual(subsetter({}, 2).cut(all));
});

test("a change that does not touch the subset leaves it the same object", () => {
  const all = manyEndpoints(1_000);
  const cutter = subsetter();
  const before = cutter.cut(all);
  const rest = all.filter((one, at) => before.includes(one) || at % 2 === 0);
  expect(cutter.cut(rest)).toBe(before);
});

test("a client that knows its place uses the ring", () => {
  const all = manyEndpoints(100);
  const [one, other] = [1, 2].map((seed) => subsetter({ index: 0, count: 5 }, seed).cut(all));
  expect(one).toEqual(other);
});

test("false turns it off", () => {
  expect(resolveSubset(false)).toBeUndefined();
});

test.each([
  [{ size: 0 }, "subset.size must be a whole number from 1 to 100000, got 0"],
  [{ size: 70, from: 64 }, "subset.from must be a whole number from 70 to 1000000000, got 64"],
  [{ index: 1 }, "subset.count must be a whole number from 1 to 1000000, got undefined"],
  [{ count: 3 }, "subset.index must be a whole number from 0 to 2, got undefined"],
  [{ index: 3, count: 3 }, "subset.index must be a whole number from 0 to 2, got 3"],
  [{ sizes: 1 }, "subset: unknown option 'sizes'"],
  [null, "subset must be an object, got null"],
  [true, "subset must be an object, got true"],
])("%p is refused", (options, text) => {
  expect(() => resolveSubset(options as never)).toThrow(text);
});

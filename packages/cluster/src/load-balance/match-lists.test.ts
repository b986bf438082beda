import { endpoint } from "../testing/call-bench.js";
import { matchLists } from "./match-lists.js";

const list = (ids: string) => Array.from(ids, (id) => endpoint(id));

describe("matchLists", () => {
  test.each([
    { before: "abc", after: "abc", found: [0, 1, 2] },
    { before: "abc", after: "bc", found: [1, 2] },
    { before: "abc", after: "ab", found: [0, 1] },
    { before: "abcdef", after: "aef", found: [0, 4, 5] },
    { before: "bc", after: "abc", found: [-1, 0, 1] },
    { before: "abc", after: "axc", found: [0, -1, 2] },
    { before: "abc", after: "axyzc", found: [0, -1, -1, -1, 2] },
    { before: "abc", after: "cab", found: [2, 0, 1] },
    { before: "abcdef", after: "fedcba", found: [5, 4, 3, 2, 1, 0] },
    { before: "", after: "ab", found: [-1, -1] },
    { before: "ab", after: "", found: [] },
    { before: "abcd", after: "wxyz", found: [-1, -1, -1, -1] },
  ])("finds each of $after in $before", ({ before, after, found }) => {
    expect([...matchLists(list(before), list(after))]).toEqual(found);
  });

  test("finds all in lists that were shuffled, cut and added to (seed 1)", () => {
    let state = 1;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    for (let round = 0; round < 200; round++) {
      const before = Array.from({ length: 30 }, (_, at) => endpoint(`${at}`));
      const after = [...before, endpoint("x"), endpoint("y")]
        .filter(() => random() < 0.8)
        .map((one) => ({ one, rank: random() < 0.2 ? random() : 0.5 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ one }) => one);
      const expected = after.map(({ id }) => before.findIndex((old) => old.id === id));
      expect([...matchLists(before, after)]).toEqual(expected);
    }
  });
});

import { guarded } from "./guarded.js";

describe("guarded", () => {
  test("answers what was read", () => {
    expect(guarded(() => 1, 2)).toBe(1);
  });

  test("answers the fallback if reading throws", () => {
    const read = (): number => {
      throw new Error("no");
    };
    expect(guarded(read, 2)).toBe(2);
  });
});

import { RecentResets } from "./recent-resets.js";

test("remembers the last 512 resets and gives older streams the benefit of the doubt", () => {
  const resets = new RecentResets();
  for (let id = 3; id <= 3 + 2 * 600; id += 4) resets.add(id);
  expect([resets.mayInclude(3), resets.mayInclude(5)]).toEqual([true, false]);
  for (let id = 10_001; id < 10_001 + 2 * 512; id += 2) resets.add(id);
  expect([resets.mayInclude(5), resets.mayInclude(10_001), resets.mayInclude(20_001)]).toEqual([
    true,
    true,
    false,
  ]);
});

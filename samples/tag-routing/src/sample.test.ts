import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the tag routing sample: calls go where their tag says, also by rules that are replaced", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "tag-routing", "20040"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("[gray] greets [Ben]");
  expect(printed).toContain("Sample tag-routing: both logs are as expected.");
});

import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the group and version sample: a key chooses the handler", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "group-version", "20083"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("moin Ada");
  expect(printed).toContain("Sample group-version: both logs are as expected.");
});

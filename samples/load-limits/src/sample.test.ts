import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the load limits sample: calls run, wait, are turned away, and come again", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "load-limits", "20084"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("too fast [1]");
  expect(printed).toContain("Sample load-limits: both logs are as expected.");
});

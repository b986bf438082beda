import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the telemetry sample: a trace with its retry, and metrics on a page", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "telemetry", "20070"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("attempt 1 failed: answered, unavailable");
  expect(printed).toContain("Sample telemetry: both logs are as expected.");
});

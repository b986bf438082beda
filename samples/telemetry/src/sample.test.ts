import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the telemetry sample: one call interceptor, attempt telemetry with a token per endpoint", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "telemetry", "20050"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("Greet response: [Hello, Ada]");
  expect(printed).toContain("Sample telemetry: both logs are as expected.");
});

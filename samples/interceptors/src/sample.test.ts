import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the interceptors sample: one call interceptor, attempt interceptors with a token per endpoint", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "interceptors", "20050"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("Greet response: [Hello, Ada]");
  expect(printed).toContain("Sample interceptors: both logs are as expected.");
});

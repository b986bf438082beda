import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the generic-call sample: a client without generated code calls with JSON", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "generic-call", "20090"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain('"greeting":"Hello, Ada"');
  expect(printed).toContain("Sample generic-call: both logs are as expected.");
});

import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the custom-cluster sample: three servers, of which two have to agree", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "custom-cluster", "20020"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("Greet response: [Hello, Ada]");
  expect(printed).toContain("Sample custom-cluster: both logs are as expected.");
});

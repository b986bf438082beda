import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the filters sample: who is let in, what is logged, and what a handler throws", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "filters", "20052"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("[stranger]: [Unauthenticated]");
  expect(printed).toContain("Sample filters: both logs are as expected.");
});

import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the timeout sample: a slow answer in time, a call that is bounded, an attempt that is given up", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "timeout", "20001"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("greeting [persistent], [fast]");
  expect(printed).toContain("Sample timeout: both logs are as expected.");
});

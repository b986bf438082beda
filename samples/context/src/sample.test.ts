import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the context sample: attachments of several levels, and those of an answer", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "context", "20082"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("hello Grace of green");
  expect(printed).toContain("Sample context: both logs are as expected.");
});

import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the streaming sample: all four kinds of methods, and a stream that its caller leaves", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "streaming", "20080"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("nobody watches [Rome] any more");
  expect(printed).toContain("Sample streaming: both logs are as expected.");
});

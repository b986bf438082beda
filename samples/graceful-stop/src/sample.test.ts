import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the graceful stop sample: a running call is answered by a server that takes no new ones", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "graceful-stop", "20085"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("[Ada] has its answer");
  expect(printed).toContain("Sample graceful-stop: both logs are as expected.");
});

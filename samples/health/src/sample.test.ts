import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the health sample: a watcher hears of each change", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "health", "20086"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("greet.GreetService: [NOT_SERVING]");
  expect(printed).toContain("Sample health: both logs are as expected.");
});

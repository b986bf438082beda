import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the hedging sample: a slow server, a hedge to the fast one, and the slow one is told to stop", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "hedging", "20030"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("Greet response: [Hello Grace, from server 2]");
  expect(printed).toContain("Sample hedging: both logs are as expected.");
});

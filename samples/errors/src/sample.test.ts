import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the errors sample: codes, details, metadata, a business error, and a text that stays with the server", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "errors", "20081"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("take [2], or wait until [Monday]");
  expect(printed).toContain("Sample errors: both logs are as expected.");
});

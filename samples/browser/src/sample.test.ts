import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { findChromium, howToGetIt } from "./chromium.js";

test("the browser sample: a page calls with Connect and gRPC-Web, and one of another origin may not", () => {
  if (findChromium() === undefined && !process.env.CI) {
    console.warn(`skipped: ${howToGetIt}`);
    return;
  }
  const printed = execFileSync("node", ["tools/run-sample.mjs", "browser", "20094"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("[gRPC-Web: 1, 2, 3]");
  expect(printed).toContain("Sample browser: both logs are as expected.");
}, 60_000);

import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the TLS sample: certificates of both ends are renewed while calls run", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "tls", "20092"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  expect(printed).toContain("[Hello, Ada, by way of orders-2]");
  expect(printed).toContain("Sample tls: both logs are as expected.");
}, 60_000);

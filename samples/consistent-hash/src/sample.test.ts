import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("the consistent-hash sample: a name keeps its server, and only those of a server that went move", () => {
  const printed = execFileSync("node", ["tools/run-sample.mjs", "consistent-hash", "20004"], {
    cwd: join(__dirname, "../../.."),
    encoding: "utf8",
  });
  const [before = "", after = ""] = printed.split("without 20004");
  const homes = (text: string, known: string) => {
    const found = text.matchAll(new RegExp(`\\[(\\w+), ${known}, from (\\d+)\\]`, "g"));
    return Object.fromEntries([...found].map(([, name, port]) => [name, port]));
  };
  const first = homes(before, "for the first time");
  expect(Object.keys(first)).toHaveLength(6);
  expect(homes(before, "again")).toEqual(first);
  expect({ ...homes(after, "again"), edsger: "20004" }).toEqual(first);
  expect(printed).toContain("Sample consistent-hash: both logs are as expected.");
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "./version.js";

test("the version in generated files is the package's", () => {
  const manifest = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
  expect(JSON.parse(manifest)).toMatchObject({ version });
});

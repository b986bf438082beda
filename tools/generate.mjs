// Generates all code that the tree holds: runs every buf.gen.yaml from the root, but for those of the suites in conformance/,
// which generate what they need when they run.
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";

const templates = globSync("**/buf.gen.yaml", {
  exclude: (path) => /(^|\/)(node_modules|testdata|dist)$/.test(path),
});
const suites = /^conformance\/.+\//;

for (const template of templates.filter((path) => !suites.test(path)).sort()) {
  execFileSync("buf", ["generate", "--template", template], { stdio: "inherit" });
}

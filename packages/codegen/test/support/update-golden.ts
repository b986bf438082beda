/** Writes the expected files of every golden case anew: `pnpm golden:update`, then read the diff. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buf, bufConfig, caseFolder, goldenCases, runPlugin } from "./cases.js";

for (const { name, parameter } of goldenCases) {
  const folder = join(caseFolder(name), "gen");
  rmSync(folder, { recursive: true, force: true });
  const written = Object.entries(runPlugin(name, parameter));
  if (written.length === 0) continue;
  const plugin = { local: "protoc-gen-es", out: folder, opt: parameter };
  const template = JSON.stringify({ version: "v2", plugins: [plugin] });
  buf("generate", caseFolder(name), "--config", bufConfig, "--template", template);
  for (const [path, content] of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

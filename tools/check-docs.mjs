// Type-checks every ts fence in every Markdown page, so that no example can rot. A page of a package is checked inside that
// package, one that imports the cluster package or otel inside a sample that has it, and any other inside the retry sample, which
// has client and server. `./gen/` is the retry sample's generated code.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const generated = join(root, "samples/retry/src/gen");
const tsconfig = JSON.stringify({
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: { noEmit: true, noUnusedLocals: false },
  include: ["*.ts"],
});
const listed = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
  {
    cwd: root,
    encoding: "utf8",
  },
);

const homes = [
  ["@thrice/otel", "samples/telemetry"],
  ["@thrice/cluster", "samples/custom-cluster"],
];
const examplesByHome = new Map();
for (const page of listed.split("\n").filter(Boolean)) {
  const text = readFileSync(join(root, page), "utf8");
  const [, sample] = homes.find(([imported]) => text.includes(`from "${imported}`)) ?? [];
  const home = /^packages\/[^/]+/.exec(page)?.[0] ?? sample ?? "samples/retry";
  const fences = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
  const name = page.replaceAll(/\W/g, "-");
  const examples = fences.map((code, index) => [`${name}-${index + 1}.ts`, code]);
  examplesByHome.set(home, [...(examplesByHome.get(home) ?? []), ...examples]);
}

let failed = false;
let count = 0;
for (const [home, examples] of examplesByHome) {
  count += examples.length;
  if (examples.length > 0) failed = !check(join(root, home, ".doc-check"), examples) || failed;
}
console.log(`${count} examples checked`);
process.exit(failed || count === 0 ? 1 : 0);

function check(folder, examples) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    symlinkSync(generated, join(folder, "gen"));
    for (const [file, code] of examples) writeFileSync(join(folder, file), `${code}\nexport {};\n`);
    writeFileSync(join(folder, "tsconfig.json"), tsconfig);
    execFileSync("tsc", ["-p", folder], { stdio: "inherit" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

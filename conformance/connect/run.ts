/**
 * Runs the conformance suite of Connect on both ends: `pnpm conformance:connect [server|client] [arguments of the runner]`.
 * Builds the runner, and makes code from its protos, in a folder that is not committed. Prints the counts, and exits with 1
 * if a case fails. Where there is no Go it says so, and exits with 0.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The newest when this was written; protos and runner are of the same version. */
const suiteVersion = "v1.0.7";
const suite = "connectrpc.com/conformance";

const folder = import.meta.dirname;
const root = join(folder, "../..");
const binFolder = join(folder, `../.cache/connect/${suiteVersion}`);
const runner = join(binFolder, "connectconformance");

const { ends, more } = readArguments(process.argv.slice(2));
if (spawnSync("go", ["version"]).status !== 0) {
  console.log("connect conformance: skipped, as this machine has no Go to build the suite with");
  process.exit(0);
}
prepare();
let [passed, failed] = [0, 0];
for (const end of ends) {
  const counts = await runSuite(end);
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

type End = "server" | "client";

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

function readArguments([first, ...rest]: readonly string[]): { ends: End[]; more: string[] } {
  if (first === "server" || first === "client") return { ends: [first], more: rest };
  return { ends: ["server", "client"], more: first === undefined ? [] : [first, ...rest] };
}

function prepare(): void {
  if (!existsSync(runner)) {
    console.log(`building ${suite} ${suiteVersion}`);
    run("go", ["install", `${suite}/cmd/connectconformance@${suiteVersion}`], {
      GOBIN: binFolder,
    });
  }
  // Where the runner was built before, the module cache may have been emptied since.
  run("go", ["mod", "download", `${suite}@${suiteVersion}`]);
  const modules = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim();
  const protos = join(modules, `${suite}@${suiteVersion}/proto`);
  run("buf", ["generate", "--template", join(folder, "buf.gen.yaml"), protos]);
  run("tsc", ["-p", folder]);
}

/** Runs a program, and ends this one if it fails. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...env } } as const;
  const { status, error } = spawnSync(program, args, options);
  if (status === 0) return;
  console.log(
    `connect conformance: ${program} failed: ${error?.message ?? `it ended with ${status}`}`,
  );
  process.exit(1);
}

/** Runs the suite on one end. Whatever the suite has to say is printed, save its progress. */
async function runSuite(end: End): Promise<Counts> {
  const config = join(folder, "features.yaml");
  const underTest = ["--conditions=@thrice/source", "--import", "tsx"];
  const program = [process.execPath, ...underTest, join(folder, `${end}-under-test.ts`)];
  const args = ["--mode", end, "--conf", config, "-v", ...more, "--", ...program];
  const child = spawn(runner, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)));
  let [selected, passed, failed] = [0, 0, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const numbers = (line.match(/\d+/g) ?? []).map(Number);
    if (/^(Computed|Filtered tests to) \d+ test case/.test(line)) [selected = 0] = numbers;
    else if (/^\d+ passed, \d+ failed/.test(line)) [passed = 0, failed = 0] = numbers;
    else if (!/^(Running|Computed|Loaded|Total cases)/.test(line) && line !== "") console.log(line);
  }
  const code = await ended;
  // Cases that were never run, as a program ended early, are failures too.
  failed = Math.max(failed, selected - passed, code === 0 ? 0 : 1);
  console.log(
    `connect conformance, ${end}: ${selected} cases selected, ${passed} passed, ${failed} failed`,
  );
  return { passed, failed };
}

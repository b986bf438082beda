/** `pnpm soak`: mixed calls while servers and network fail, each checked, and a look for what leaks. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSoakArgs, type SoakArgs, soakUsage } from "./args.js";
import { checksOf, isKept } from "./checks.js";
import { formatSoakReport } from "./report.js";
import { Soak } from "./soak.js";

try {
  await main(parseSoakArgs(process.argv.slice(2), () => Math.floor(Math.random() * 1e6)));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${soakUsage}`);
  process.exitCode = 2;
}

async function main(args: SoakArgs): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "thrice-soak-"));
  const soak = new Soak(args, folder);
  process.on("exit", () => {
    soak.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  console.error(`seed ${args.seed}`);
  const result = await soak.run((line) => console.error(line));
  console.log(formatSoakReport(result));
  process.exitCode = checksOf(result).every(isKept) ? 0 : 1;
  process.exit(); // the client's process goes on listening to this one
}

/** Certificates in files, and a logger that can be waited for. */
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, type LogRecord } from "@thrice/core";

/** A folder for `cert.pem`, `key.pem` and `ca.pem`. */
export async function certificateFolder(content: { cert?: string; key?: string; ca?: string }) {
  const folder = await mkdtemp(join(tmpdir(), "thrice-certificates-"));
  const path = (name: string) => join(folder, `${name}.pem`);
  /** Puts a new file in the place of each. */
  const put = async (next: Record<string, string>) => {
    for (const [name, text] of Object.entries(next)) {
      await writeFile(path(`${name}.new`), text);
      await rename(path(`${name}.new`), path(name));
    }
  };
  await put(content);
  return { root: folder, path, put, close: () => rm(folder, { recursive: true }) };
}

/** A logger that tells when it has heard something. */
export function waitingLogger() {
  const records: { level: string; message: string }[] = [];
  const waiting = new Set<() => void>();
  const logger = createLogger(({ level, message }: LogRecord) => {
    records.push({ level, message });
    for (const look of waiting) look();
  });
  logger.level = "info";
  /** Resolves when there are `count` records of that level. */
  const until = (level: string, count = 1) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (records.filter((record) => record.level === level).length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { logger, records, until };
}

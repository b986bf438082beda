import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that goes away with `close`. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "thrice-conformance-"));
  return {
    path,
    /** Writes a file, and answers with its path. */
    write(name: string, content: Uint8Array | string): string {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    close: async () => rmSync(path, { recursive: true }),
  };
}

import { Code } from "@connectrpc/connect";

/** The name of a status as the protocols write it: `deadline_exceeded`, not `DeadlineExceeded`. */
export function codeName(code: Code): string {
  const name = Code[code] ?? `code${code}`;
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

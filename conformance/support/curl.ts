import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, run } from "./programs.js";
import { temporaryFolder } from "./temporary-folder.js";

/** What curl got. */
export interface CurlAnswer extends Finished {
  /** Status codes in their order, 1xx included. */
  readonly statuses: readonly number[];
  /** All fields that came, trailers included, by name in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Runs curl. `args` ends with the address; `input` is what `--data-binary @-` reads. */
export async function curl(
  args: readonly string[],
  input: Uint8Array | string = "",
): Promise<CurlAnswer> {
  const folder = temporaryFolder();
  try {
    const file = join(folder.path, "head");
    folder.write("head", "");
    const finished = await run("curl", ["-sS", "-D", file, "--output", "-", ...args], { input });
    return { ...finished, ...parseHead(readFileSync(file, "utf8")), body: finished.stdout };
  } finally {
    await folder.close();
  }
}

/** Lines of status and of fields, as curl dumps them. */
function parseHead(text: string): Pick<CurlAnswer, "statuses" | "fields"> {
  const statuses: number[] = [];
  const fields: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const status = /^HTTP\/\S+ (\d+)/.exec(line);
    if (status !== null) statuses.push(Number(status[1]));
    const field = /^([^:\s]+): ?(.*)$/.exec(line);
    if (field !== null) fields[String(field[1]).toLowerCase()] = String(field[2]);
  }
  return { statuses, fields };
}

/**
 * What a process must not forget though it is killed: which calls it executed, and what happened that must not happen.
 *
 * Shape: `executions` has four bytes for each execution, the number of its call, little-endian; `faults` a line for each.
 */
import { appendFileSync, closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const numberBytes = 4;
const maxNoted = 255;

/** Notes executions, from any number of processes at once. */
export class Journal {
  readonly #file: number;
  readonly #bytes = Buffer.alloc(numberBytes);

  constructor(folder: string) {
    this.#file = openSync(join(folder, "executions"), "a");
  }

  /** Is written when it returns. */
  note(call: number): void {
    this.#bytes.writeUInt32LE(call);
    writeSync(this.#file, this.#bytes);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Executions by the number of their call, of calls below `calls`; 255 stands for that many and more. */
export async function countExecutions(folder: string, calls: number): Promise<Uint8Array> {
  const counts = new Uint8Array(calls);
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(folder, "executions"))) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % numberBytes);
    for (let at = 0; at < whole; at += numberBytes) {
      const call = bytes.readUInt32LE(at);
      counts[call] = Math.min(maxNoted, (counts[call] ?? 0) + 1);
    }
    rest = bytes.subarray(whole);
  }
  return counts;
}

/** Notes something that fails the run. */
export function noteFault(folder: string, text: string): void {
  appendFileSync(join(folder, "faults"), `${text.replaceAll("\n", " ")}\n`);
}

/** What was noted so far. */
export async function readFaults(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, "faults"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

/** Notes rejections that nobody handles, exceptions that nobody catches, and what Node.js warns of, such as leaks of listeners. */
export function noteProcessFaults(folder: string, role: string): void {
  const note = (kind: string) => (reason: unknown) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    noteFault(folder, `${role}: ${kind}: ${text}`);
  };
  process.on("unhandledRejection", note("unhandled rejection"));
  process.on("uncaughtException", note("uncaught exception"));
  process.on("warning", note("warning"));
}

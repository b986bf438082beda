import { readFile } from "node:fs/promises";

/** What a process has used so far. */
export interface Usage {
  /** Processor time of all threads, in milliseconds. */
  readonly cpuMs: number;
  /** Bytes that it has read and written, sockets included; NaN where the system does not tell. */
  readonly bytes: number;
}

/** Ticks of the processor's clock in a second, as Linux tells them to programs. */
const ticksPerSecond = 100;

/** Asks Linux about a process; NaN elsewhere. */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, io] = await Promise.all([read(`/proc/${pid}/stat`), read(`/proc/${pid}/io`)]);
  // The name of the program, in brackets, may have blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN);
  const of = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(io)?.[1]);
  return { cpuMs: (ticks * 1_000) / ticksPerSecond, bytes: of("rchar") + of("wchar") };
}

/** What was used between two looks. */
export function usedBetween(before: Usage, after: Usage): Usage {
  return { cpuMs: after.cpuMs - before.cpuMs, bytes: after.bytes - before.bytes };
}

/** All of several together. */
export function sumOf(usages: readonly Usage[]): Usage {
  return {
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    bytes: usages.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

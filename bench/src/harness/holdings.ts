import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const collections = 3;
const pauseMs = 50;

/** What a process holds. Units: bytes, after a collection; timers and sockets that keep it alive. */
export interface Holdings {
  /** Memory of its own that is in RAM: heap, buffers and what native code took, without the program's file. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly resources: number;
}

/** Collects several times, as what one collection finalizes is freed by the next, and counts what is left. */
export async function countHoldings(): Promise<Holdings> {
  for (let time = 0; time < collections; time++) {
    globalThis.gc?.();
    await sleep(pauseMs);
  }
  return {
    residentBytes: await anonymousBytes(),
    heapBytes: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
  };
}

/** `RssAnon` of Linux; elsewhere all that is resident. */
async function anonymousBytes(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? process.memoryUsage().rss : Number(kibibytes) * 1024;
}

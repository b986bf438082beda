import { readdir, readlink } from "node:fs/promises";

/** Sockets of this process, also those that do not keep it alive. */
export async function countSockets(): Promise<number> {
  const files = await readdir("/proc/self/fd");
  const targets = await Promise.all(
    files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => "")),
  );
  return targets.filter((target) => target.startsWith("socket:")).length;
}

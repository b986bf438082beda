/** Runs episodes until the time is over: `pnpm fuzz [--seed 1] [--seconds 60]`. Prints the seed of one that fails. */
import { parseArgs } from "node:util";
import { runEpisode } from "./episode.js";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, seconds: { type: "string", default: "60" } },
});
const untilMs = performance.now() + Number(values.seconds) * 1000;
const ends: Record<string, number> = {};
let seed = Number(values.seed);
let streams = 0;
let heapBytes = 0;

for (; performance.now() < untilMs; seed++) {
  const result = await runEpisode(seed).catch((error: unknown) => {
    console.error(`seed ${seed} failed`);
    throw error;
  });
  ends[result.end] = (ends[result.end] ?? 0) + 1;
  streams += result.streams;
  heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed);
}
const episodes = seed - Number(values.seed);
const heapMegabytes = Math.round(heapBytes / 1_048_576);
console.log(JSON.stringify({ episodes, streams, ends, heapMegabytes, nextSeed: seed }));

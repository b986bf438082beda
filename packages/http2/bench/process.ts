/** One end of a bench, in a process of its own: `server <name>` or `client <name> <port> <inFlight> <calls> <bytes>`. */
import type { Contestant } from "./contestant.js";
import { floorContestant } from "./floor-contestant.js";
import { nodeContestant } from "./node-contestant.js";
import { thriceContestant, thriceTlsContestant } from "./thrice-contestant.js";

const contestants: Record<string, Contestant> = {
  thrice: thriceContestant,
  "thrice-tls": thriceTlsContestant,
  node: nodeContestant,
  floor: floorContestant,
};

const [role, name = "", ...rest] = process.argv.slice(2);
const contestant = contestants[name];
if (contestant === undefined) throw new Error(`no contestant called ${name}`);
if (role === "server") {
  console.log(await contestant.serve());
  process.on("SIGTERM", () => process.exit(0));
} else {
  console.log(JSON.stringify(await measure(contestant, rest.map(Number))));
}

async function measure(contender: Contestant, args: number[]) {
  const [port = 0, inFlight = 64, calls = 100_000, bytes = 13] = args;
  const caller = await contender.connect(port);
  const message = new Uint8Array(bytes).fill(0x61);
  // Speed.md asks for 5 000 calls of warm-up; large messages need fewer to become steady.
  await run(bytes > 100_000 ? calls / 4 : Math.max(5_000, calls / 4));
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await run(calls, latencies);
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  caller.close();
  latencies.sort((a, b) => a - b);
  return {
    callsPerSecond: Math.round((calls / ms) * 1000),
    clientMicros: Number(((user + system) / calls).toFixed(2)),
    p50Micros: Math.round((latencies[latencies.length >> 1] ?? 0) * 1000),
    p99Micros: Math.round((latencies[Math.floor(latencies.length * 0.99)] ?? 0) * 1000),
  };

  async function run(total: number, into?: number[]): Promise<void> {
    let left = total;
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) {
          const from = performance.now();
          const length = await caller.call(message);
          if (length !== bytes) throw new Error(`${length} bytes came back`);
          into?.push(performance.now() - from);
        }
      }),
    );
  }
}

/**
 * What a unary call costs at the server. A raw HTTP/2 client keeps calls in flight; the server runs in a process of its own
 * and tells how much CPU time it used. `bare` answers the same bytes from `@thrice/http2` alone, so that the difference is
 * what gRPC costs. `refuse` turns each call away at its gate.
 *
 * Usage: server-unary.ts [calls=200000] [inFlight=64] [bytes=11] [rounds=4] [only=wire|bare|refuse]; environment CPU_PROF=1 writes a
 * profile of the server.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { serveBare } from "./bare-server.js";
import { UnaryCaller } from "./unary-caller.js";
import { serveRefusals, serveWire } from "./wire-server.js";

interface Usage {
  readonly cpuMicros: number;
}

const servers: Record<string, () => Promise<number>> = {
  bare: serveBare,
  wire: serveWire,
  refuse: serveRefusals,
};
const [calls = 200_000, inFlight = 64, bytes = 11, rounds = 4] = process.argv
  .slice(2, 6)
  .map(Number);
const role = process.env.BENCH_SERVER;
if (role !== undefined) await serve(role);
else await compare();

async function serve(name: string): Promise<void> {
  const port = await servers[name]?.();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system } satisfies Usage);
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(port);
}

async function compare(): Promise<void> {
  const names = process.argv[6] === undefined ? Object.keys(servers) : [process.argv[6]];
  for (let round = 0; round < rounds; round++) {
    for (const name of names) console.log(name.padEnd(6), await measure(name));
  }
}

async function measure(name: string) {
  const profile =
    process.env.CPU_PROF === undefined ? [] : ["--cpu-prof", "--cpu-prof-interval=200"];
  const child = fork(process.argv[1] as string, {
    env: { ...process.env, BENCH_SERVER: name },
    execArgv: [...process.execArgv, ...profile],
  });
  const [port] = (await once(child, "message")) as [number];
  const caller = new UnaryCaller(port, inFlight, bytes, name === "refuse" ? "8" : "0");
  await caller.run(Math.min(20_000, calls));
  const before = await usage();
  const startMs = performance.now();
  const own = process.cpuUsage();
  await caller.run(calls);
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(own);
  const after = await usage();
  caller.close();
  child.disconnect();
  await once(child, "exit");
  return {
    callsPerSecond: Math.round((calls / ms) * 1000),
    serverMicros: Number(((after.cpuMicros - before.cpuMicros) / calls).toFixed(2)),
    clientMicros: Number(((user + system) / calls).toFixed(2)),
  };

  async function usage(): Promise<Usage> {
    child.send("usage");
    const [answer] = (await once(child, "message")) as [Usage];
    return answer;
  }
}

/**
 * Unary echo of all contestants, interleaved, client and server in processes of their own; prints medians and ratios.
 * `pnpm bench [--rounds 3] [--scale 1] [--only thrice,floor] [--json]`
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "floor,thrice,node" },
    json: { type: "boolean", default: false },
  },
});

interface Result {
  callsPerSecond: number;
  clientMicros: number;
  p50Micros: number;
  p99Micros: number;
}

const cases = [
  { title: "unary 13 B, 1 in flight", inFlight: 1, calls: 10_000, bytes: 13 },
  { title: "unary 13 B, 64 in flight", inFlight: 64, calls: 200_000, bytes: 13 },
  { title: "unary 1 KiB, 64 in flight", inFlight: 64, calls: 80_000, bytes: 1_024 },
  { title: "unary 1 MiB, 1 in flight", inFlight: 1, calls: 120, bytes: 1_048_576 },
];
const names = values.only.split(",");
const results = new Map<string, Result[]>();

for (let round = 0; round < Number(values.rounds); round++) {
  for (const { title, inFlight, calls, bytes } of cases) {
    for (const name of names) {
      const slowdown = name === "node" && bytes < 100_000 ? 6 : 1;
      const total = Math.max(100, Math.round((calls * Number(values.scale)) / slowdown));
      const result = await measure(name, [inFlight, total, bytes]);
      const key = `${title}|${name}`;
      results.set(key, [...(results.get(key) ?? []), result]);
    }
  }
}
report();

async function measure(name: string, args: number[]): Promise<Result> {
  const server = start(["server", name]);
  try {
    const port = (await firstLine(server)).trim();
    const client = start(["client", name, port, ...args.map(String)]);
    return JSON.parse(await firstLine(client)) as Result;
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

function start(args: string[]): ChildProcess {
  const script = new URL("process.ts", import.meta.url).pathname;
  return spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += part;
    if (text.includes("\n")) break;
  }
  if (text === "") throw new Error("a bench process died");
  return text;
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

function report(): void {
  const rows = cases.flatMap(({ title }) => {
    const floor = median((results.get(`${title}|floor`) ?? []).map((one) => one.callsPerSecond));
    return names.map((name) => {
      const all = results.get(`${title}|${name}`) ?? [];
      const calls = median(all.map((one) => one.callsPerSecond));
      return {
        case: title,
        contestant: name,
        "calls/s": calls,
        "of floor": floor > 0 ? Number((calls / floor).toFixed(2)) : 0,
        "client µs/call": median(all.map((one) => one.clientMicros)),
        "p50 µs": median(all.map((one) => one.p50Micros)),
        "p99 µs": median(all.map((one) => one.p99Micros)),
      };
    });
  });
  if (values.json) console.log(JSON.stringify(rows));
  else console.table(rows);
}

import type { Entry } from "../contestants.js";
import type { IdleScenario, LeakScenario } from "../scenarios.js";
import { Pair, type Surroundings, stepTimeoutMs } from "./pair.js";
import type { Results } from "./results.js";
import type { Sample } from "./stats.js";
import type { WorkerProcess } from "./worker-process.js";

const seed = 3;

/** How much is measured. */
export interface MemoryEffort {
  readonly rounds: number;
  /** Calls of a leak run. */
  readonly leakCalls: number;
}

/** Runs the contestants of a memory scenario in turn, each time in fresh processes. */
export async function runMemoryScenario(
  scenario: IdleScenario | LeakScenario,
  entries: readonly Entry[],
  effort: MemoryEffort,
  surroundings: Surroundings,
  results: Results,
): Promise<void> {
  for (let round = 0; round < effort.rounds; round++) {
    for (const entry of entries) {
      const pair = new Pair(surroundings);
      try {
        await pair.start(entry, scenario, surroundings.certificate);
        const sample =
          scenario.kind === "idle"
            ? await measureIdle(pair, scenario.connections)
            : await measureLeak(pair, effort.leakCalls);
        results.add(scenario.name, entry.name, sample);
      } catch (error) {
        results.add(scenario.name, entry.name, error as Error);
      } finally {
        await pair.end();
      }
    }
  }
}

/** As many connections again come first, so that what all of them share, and slack in the heap, is there already. */
async function measureIdle(pair: Pair, connections: number): Promise<Sample> {
  const { server, client, port } = pair;
  const timeoutMs = 2 * stepTimeoutMs;
  await client.ask({ do: "open", port, count: connections }, timeoutMs);
  const before = await server.ask({ do: "count" }, stepTimeoutMs);
  await client.ask({ do: "open", port, count: connections }, timeoutMs);
  const after = await server.ask({ do: "count" }, stepTimeoutMs);
  return {
    residentBytes: (after.residentBytes - before.residentBytes) / connections,
    heapBytes: (after.heapBytes - before.heapBytes) / connections,
  };
}

/** A quarter more calls come first, so that code, pools and connections are there already. */
async function measureLeak({ server, client }: Pair, calls: number): Promise<Sample> {
  const timeoutMs = 2 * stepTimeoutMs + calls * 5;
  const count = (side: WorkerProcess) => side.ask({ do: "count" }, stepTimeoutMs);
  await client.ask({ do: "cut off", calls: Math.ceil(calls / 4), seed }, timeoutMs);
  const [clientBefore, serverBefore] = [await count(client), await count(server)];
  const failed = await client.ask({ do: "cut off", calls, seed: seed + 1 }, timeoutMs);
  const [clientAfter, serverAfter] = [await count(client), await count(server)];
  return {
    clientHeapBytes: clientAfter.heapBytes - clientBefore.heapBytes,
    serverHeapBytes: serverAfter.heapBytes - serverBefore.heapBytes,
    clientResources: clientAfter.resources - clientBefore.resources,
    serverResources: serverAfter.resources - serverBefore.resources,
    failedRatio: failed / calls,
  };
}

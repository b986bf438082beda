import type { Entry } from "../contestants.js";
import type { LoadScenario } from "../scenarios.js";
import { machineTime, othersRatio } from "./machine.js";
import { Pair, type Surroundings, stepTimeoutMs } from "./pair.js";
import type { Results } from "./results.js";
import type { Sample } from "./stats.js";

/** How long to measure, and how often. */
export interface LoadEffort {
  readonly rounds: number;
  readonly seconds: number;
  readonly maxWarmUpSeconds: number;
}

/**
 * Runs the contestants of a load scenario. All are started and warmed up first; then they are measured in turn, so that a
 * slow minute of the machine hits all of them. Whoever fails is out, with the reason in the results.
 */
export async function runLoadScenario(
  scenario: LoadScenario,
  entries: readonly Entry[],
  effort: LoadEffort,
  surroundings: Surroundings,
  results: Results,
): Promise<void> {
  const pairs = new Map<Entry, Pair>();
  try {
    for (const entry of entries) {
      const pair = new Pair(surroundings);
      pairs.set(entry, pair);
      const started = prepare(pair, entry, scenario, effort, surroundings);
      await started.catch((error: Error) => drop(entry, error));
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (const [entry, pair] of pairs) {
        await measure(pair, effort.seconds).then(
          (sample) => results.add(scenario.name, entry.name, sample),
          (error: Error) => drop(entry, error),
        );
      }
    }
  } finally {
    await Promise.all([...pairs.values()].map((pair) => pair.end()));
  }

  async function drop(entry: Entry, error: Error): Promise<void> {
    results.add(scenario.name, entry.name, error);
    await pairs.get(entry)?.end();
    pairs.delete(entry);
  }
}

async function prepare(
  pair: Pair,
  entry: Entry,
  scenario: LoadScenario,
  { maxWarmUpSeconds }: LoadEffort,
  { certificate }: Surroundings,
): Promise<void> {
  await pair.start(entry, scenario, certificate);
  const seconds = await pair.client.ask(
    { do: "warm up", scenario: scenario.name, maxSeconds: maxWarmUpSeconds },
    maxWarmUpSeconds * 1_000 + stepTimeoutMs,
  );
  const steady = seconds < maxWarmUpSeconds ? "steady" : "not steady yet";
  console.error(`  ${entry.name}: ${steady} after ${seconds.toFixed(1)} s`);
}

/** Adds to what the client measures what the server took, and what other programs took of the machine. */
async function measure({ server, client }: Pair, seconds: number): Promise<Sample> {
  const machineBefore = machineTime();
  const serverBefore = await server.ask({ do: "cpu" }, stepTimeoutMs);
  const sample = await client.ask({ do: "load", seconds }, seconds * 1_000 + stepTimeoutMs);
  const serverUs = (await server.ask({ do: "cpu" }, stepTimeoutMs)) - serverBefore;
  const { messages = 0, cpuUs = 0 } = sample;
  const ourSeconds = (messages * cpuUs + serverUs) / 1e6;
  return {
    ...sample,
    serverCpuUs: serverUs / messages,
    othersPercent: 100 * othersRatio(machineBefore, machineTime(), ourSeconds),
  };
}

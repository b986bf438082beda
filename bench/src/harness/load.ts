/**
 * The load generator, the same for all contestants: lanes that make one call after the other. It costs a read of the
 * clock and a store per call.
 */
import type { EchoClient } from "../contestant.js";
import type { LoadScenario } from "../scenarios.js";
import { callOf, checkAnswer } from "./load-call.js";
import { percentile, type Sample } from "./stats.js";
import { isSteady } from "./steady.js";

const maxLatencies = 1 << 20;
const sliceMs = 250;
/** Warm-up lasts for at least so many messages. */
const minWarmUpMessages = 5_000;

/** Loads one contestant with one scenario. */
export class Load {
  readonly #call: () => Promise<unknown>;
  readonly #client: EchoClient;
  readonly #scenario: LoadScenario;
  readonly #latencies = new Float64Array(maxLatencies);

  constructor(scenario: LoadScenario, client: EchoClient) {
    this.#scenario = scenario;
    this.#client = client;
    this.#call = callOf(scenario, client);
  }

  /** Checks that answers are right, then calls until a call gets no cheaper. Answers with the seconds it took. */
  async warmUp(maxSeconds: number): Promise<number> {
    const startMs = performance.now();
    const costs: number[] = [];
    let messages = 0;
    await checkAnswer(this.#client, this.#scenario);
    while (performance.now() - startMs < maxSeconds * 1_000) {
      const cpuBefore = process.cpuUsage();
      const calls = await this.#drive(sliceMs);
      costs.push(totalUs(process.cpuUsage(cpuBefore)) / calls);
      messages += calls * this.#scenario.messagesPerCall;
      if (messages >= minWarmUpMessages && isSteady(costs)) break;
    }
    return (performance.now() - startMs) / 1_000;
  }

  async measure(seconds: number): Promise<Sample> {
    const { messagesPerCall, textBytes } = this.#scenario;
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    const calls = await this.#drive(seconds * 1_000);
    const elapsedSeconds = (performance.now() - startMs) / 1_000;
    const cpuUs = totalUs(process.cpuUsage(cpuBefore));
    const latencies = this.#latencies.subarray(0, Math.min(calls, maxLatencies));
    const messages = calls * messagesPerCall;
    return {
      perSecond: messages / elapsedSeconds,
      megabytesPerSecond: (messages * textBytes) / elapsedSeconds / 1e6,
      p50Us: percentile(latencies, 0.5) * 1_000,
      p99Us: percentile(latencies, 0.99) * 1_000,
      cpuUs: cpuUs / messages,
      messages,
    };
  }

  /** Keeps the lanes busy for that time and answers with the number of calls that ended. */
  async #drive(durationMs: number): Promise<number> {
    const call = this.#call;
    const latencies = this.#latencies;
    let calls = 0;
    const endMs = performance.now() + durationMs;
    const lane = async () => {
      let atMs = performance.now();
      while (atMs < endMs) {
        await call();
        const doneMs = performance.now();
        latencies[calls++ % maxLatencies] = doneMs - atMs;
        atMs = doneMs;
      }
    };
    await Promise.all(Array.from({ length: this.#scenario.inFlight }, lane));
    return calls;
  }
}

function totalUs({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

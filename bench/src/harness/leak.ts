import { setTimeout as sleep } from "node:timers/promises";
import type { CallLimits, EchoClient } from "../contestant.js";
import { randomText, seededRandom } from "./random.js";

const lanes = 64;
const maxDelayMs = 5;
const settleMs = 1_000;

/**
 * Makes `calls` calls, of which a third is cancelled and a third has a deadline, both within the time that the server
 * takes to answer, and waits until the last timers are over. Answers with the number of calls that failed; a call
 * that never settles ends in the time limit of the measurement.
 */
export async function runCutOffCalls(
  client: EchoClient,
  calls: number,
  seed: number,
): Promise<number> {
  const random = seededRandom(seed);
  const text = randomText(11);
  let left = calls;
  let failed = 0;
  const lane = async () => {
    while (left > 0) {
      left--;
      const delayMs = Math.floor(random() * maxDelayMs);
      try {
        await callOnce(client, { text, delayMs }, random);
      } catch {
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await sleep(settleMs);
  return failed;
}

async function callOnce(
  client: EchoClient,
  request: { text: string; delayMs: number },
  random: () => number,
): Promise<void> {
  const kind = Math.floor(random() * 3);
  const afterMs = 1 + Math.floor(random() * maxDelayMs);
  if (kind !== 1) {
    const limits: CallLimits = kind === 0 ? {} : { timeoutMs: afterMs };
    await client.unary(request, limits);
    return;
  }
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), afterMs);
  try {
    await client.unary(request, { signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

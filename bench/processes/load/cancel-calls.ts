import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/harness/random.js";
import type { CancelledCalls } from "../process/commands.js";
import type { StackClient } from "../stacks/stack.js";

const lanes = 256;
const delayMs = 5;
/** gRPC's number for a call that its caller cancelled. */
const cancelledCode = 1;
const settleMs = 500;

/**
 * Makes calls that take 5 ms and cancels each: one in four in the turn in which it began, before anything is sent, the others
 * at some time within those 5 ms. The first ones are cancelled while the connections open.
 */
export async function cancelCalls(
  client: StackClient,
  calls: number,
  seed: number,
): Promise<CancelledCalls> {
  const random = seededRandom(seed);
  const ended = { cancelled: 0, answered: 0, failed: 0 };
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const controller = new AbortController();
      const call = client.unary(delayMs, { signal: controller.signal });
      if (random() < 0.25) controller.abort();
      else setTimeout(() => controller.abort(), random() * delayMs);
      const code = await call;
      if (code === cancelledCode) ended.cancelled++;
      else if (code === 0) ended.answered++;
      else ended.failed++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  await sleep(settleMs);
  return ended;
}

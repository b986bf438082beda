/** Load that does not wait for answers: calls begin when they are due, however long earlier ones take. */
import { setTimeout as sleep } from "node:timers/promises";
import { wallMs } from "../process/wall-clock.js";

export interface LoadPlan {
  readonly perSecond: number;
  readonly seconds: number;
  /** Bound of each call, in milliseconds; undefined for none. */
  readonly timeoutMs?: number | undefined;
  /** Time that servers take for an answer, in milliseconds. */
  readonly delayMs: number;
}

/** Of each call: when it was due, since the epoch, how long it took from then on, and the code that it ended with. Units: ms. */
export interface CallTimes {
  readonly dueMs: Float64Array;
  readonly tookMs: Float64Array;
  readonly codes: Int32Array;
}

const tickMs = 1;

/** Makes the calls and resolves when the last one has ended. `call` never rejects; it is told the call's number. */
export async function runOpenLoop(
  { perSecond, seconds }: LoadPlan,
  call: (index: number) => Promise<number>,
): Promise<CallTimes> {
  const count = Math.round(perSecond * seconds);
  const dueMs = new Float64Array(count);
  const tookMs = new Float64Array(count);
  const codes = new Int32Array(count);
  const running: Promise<void>[] = [];
  const startMs = wallMs();
  while (running.length < count) {
    const due = Math.min(count, 1 + Math.floor(((wallMs() - startMs) * perSecond) / 1_000));
    while (running.length < due) {
      const index = running.length;
      const begunMs = startMs + (index * 1_000) / perSecond;
      dueMs[index] = begunMs;
      running.push(
        call(index).then((code) => {
          tookMs[index] = wallMs() - begunMs;
          codes[index] = code;
        }),
      );
    }
    await sleep(tickMs);
  }
  await Promise.all(running);
  return { dueMs, tookMs, codes };
}

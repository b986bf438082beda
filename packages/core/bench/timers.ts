/** What it costs to set a timer and undo it, with 64 others waiting, in nanoseconds: Node's own, and the system clock's. */
import { systemClock } from "../src/index.js";

const rounds = 500_000;
const waiting = 64;

for (let round = 0; round < 3; round++) {
  console.log({
    setTimeout: measure((fire) => {
      const timer = setTimeout(fire, 3_000);
      return () => clearTimeout(timer);
    }),
    systemClock: measure((fire) => systemClock.setTimer(3_000, fire)),
  });
}

function measure(set: (fire: () => void) => () => void): number {
  const undo = Array.from({ length: waiting }, () => set(() => {}));
  const startMs = performance.now();
  for (let i = 0; i < rounds; i++) {
    undo[i % waiting]?.();
    undo[i % waiting] = set(() => {});
  }
  const tookMs = performance.now() - startMs;
  for (const each of undo) each();
  return Math.round((tookMs * 1e6) / rounds);
}

/** The only way this package reads or waits for time; tests hand in a clock they move by hand. */
export interface Http2Clock {
  /** Monotonic time in milliseconds; only differences mean anything. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs` milliseconds unless the returned function is called first. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** Longest delay that Node.js timers take, in milliseconds. */
const maxDelayMs = 2 ** 31 - 1;

/** Clock backed by the process timers, which do not keep the process alive. */
export const systemHttp2Clock: Http2Clock = {
  nowMs: () => performance.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, maxDelayMs)).unref();
    return () => clearTimeout(timer);
  },
};

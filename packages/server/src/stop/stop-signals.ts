import { type CancelTimer, type Clock, checkOneOf, show } from "@thrice/core";

/** A signal of the operating system that can stop a server. */
export type StopSignal = "SIGTERM" | "SIGINT";

const all: readonly StopSignal[] = ["SIGTERM", "SIGINT"];

/** @throws TypeError unless `value` is true, false, or a list of signals. */
export function resolveStopSignals(value: boolean | readonly StopSignal[]): readonly StopSignal[] {
  if (typeof value === "boolean") return value ? all : [];
  if (!Array.isArray(value)) {
    throw new TypeError(
      `stopOnSignals must be true, false or a list of signals, got ${show(value)}`,
    );
  }
  return value.map((signal, at) => checkOneOf(`stopOnSignals[${at}]`, signal, all));
}

/**
 * Calls `stop` on the first of `signals`. What follows within a second is taken for the same signal, as it may reach a
 * process twice: from the system, and handed on by whoever started it. After that second, signals do what they do without
 * this. What comes back takes everything back.
 */
export function onStopSignal(
  signals: readonly StopSignal[],
  stop: () => void,
  clock: Clock,
): () => void {
  let undoTimer: CancelTimer | undefined;
  const ignore = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  function onSignal(): void {
    if (undoTimer !== undefined) return;
    undoTimer = clock.setTimer(sameSignalMs, ignore);
    stop();
  }
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    undoTimer?.();
    ignore();
  };
}

const sameSignalMs = 1_000;

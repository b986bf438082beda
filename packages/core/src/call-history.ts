import type { ConnectError } from "@connectrpc/connect";
import type { AttemptRecord } from "./attempt.js";

const key = Symbol.for("@thrice/core/attempts");

/** Attaches the history of a failed call to its error. */
export function attachAttempts(error: ConnectError, attempts: readonly AttemptRecord[]): void {
  Object.defineProperty(error, key, { value: attempts, configurable: true });
}

/**
 * The attempts behind a failed call, in order: endpoint, outcome, status and duration of each.
 * Empty for an error that no Thrice client threw.
 */
export function attemptsOf(error: unknown): readonly AttemptRecord[] {
  if (typeof error !== "object" || error === null) return [];
  return (error as { [key]?: readonly AttemptRecord[] })[key] ?? [];
}

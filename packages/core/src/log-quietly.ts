/** Writes to a log that the user has handed in: what it throws is dropped, for a log must not change an answer. */
export function logQuietly(log: () => void): void {
  try {
    log();
  } catch {
    // nobody is left to tell
  }
}

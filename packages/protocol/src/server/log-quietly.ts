/** Writes to a log that the user has handed in: thrown in an event, what it throws would end the process. */
export function logQuietly(log: () => void): void {
  try {
    log();
  } catch {
    // nobody is left to tell
  }
}

/** Calls a listener of the user's: what it throws, or rejects with, is dropped, for who looks on does not change a call. */
export function tellQuietly(tell: () => unknown): void {
  try {
    const said = tell();
    if (said instanceof Promise) said.catch(() => {});
  } catch {
    // nobody is left to tell
  }
}

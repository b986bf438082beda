/**
 * Answers what `read` answers, or `fallback` if it throws: values to be logged may have getters and methods that throw.
 *
 * @internal
 */
export function guarded<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

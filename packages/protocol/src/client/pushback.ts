import type { Pushback } from "@thrice/core";

/**
 * Reads the header `grpc-retry-pushback-ms`: a whole number of milliseconds, 0 or more, sets the pause;
 * anything else, a negative number included, means that there must be no retry.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Pushback"
 */
export function parsePushback(metadata: Headers): Pushback | undefined {
  const text = metadata.get("grpc-retry-pushback-ms");
  if (text === null) return undefined;
  const delayMs = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return delayMs <= maxDelayMs ? { kind: "after", delayMs } : { kind: "stop" };
}

/** The header holds a 32-bit signed number. */
const maxDelayMs = 2_147_483_647;

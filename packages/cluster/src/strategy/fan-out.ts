/** Several attempts at once. */
import type { AttemptResult, ClusterCall, LiveEndpoint } from "@thrice/core";

/** Lets the load balancer choose up to `count` endpoints, no one twice. */
export function pickDistinct(call: ClusterCall, count: number): readonly LiveEndpoint[] {
  const picked: LiveEndpoint[] = [];
  while (picked.length < count) {
    const next = call.pick({ exclude: picked });
    if (next === undefined || picked.some(({ id }) => id === next.id)) break;
    picked.push(next);
  }
  return picked;
}

/** Sends the request to each of `endpoints` at once. */
export function sendToAll(
  call: ClusterCall,
  endpoints: readonly LiveEndpoint[],
): readonly Promise<AttemptResult>[] {
  return endpoints.map((endpoint) => call.attempt(endpoint, { kind: "planned" }));
}

/**
 * Resolves with the first success as soon as `wanted` of the attempts, of which there are that many at least, have
 * succeeded, and with the latest failure as soon as they no longer can.
 */
export function whenSucceeded(
  attempts: readonly Promise<AttemptResult>[],
  wanted: number,
): Promise<AttemptResult> {
  return new Promise((resolve, reject) => {
    let first: AttemptResult | undefined;
    let missing = wanted;
    let spare = attempts.length - wanted;
    const note = (result: AttemptResult) => {
      if (!result.ok) {
        if (--spare < 0) resolve(result);
        return;
      }
      first ??= result;
      if (--missing === 0) resolve(first);
    };
    for (const attempt of attempts) attempt.then(note, reject);
  });
}

/** What `broadcast` and `mergeable` have in common. */
import {
  type AnsweredAttempt,
  type ClusterCall,
  checkNumber,
  type FailedAttempt,
} from "@thrice/core";
import { sendToAll } from "./fan-out.js";
import { refusal, refuseStream } from "./refusal.js";

/** What came of asking every endpoint: an answer at least, or the failure of the call. */
export type Everyone =
  | { readonly ok: true; readonly answered: readonly [AnsweredAttempt, ...AnsweredAttempt[]] }
  | FailedAttempt;

/** What both may be told. */
export interface EveryoneOptions {
  /** Share of the endpoints, 0 to 1, that may fail without the call failing; one has to answer in any case. @defaultValue 0 */
  readonly maxFailedRatio?: number;
}

/** @throws RangeError naming the option, its bound and its value. */
export function checkMaxFailedRatio({ maxFailedRatio = 0 }: EveryoneOptions): number {
  return checkNumber("maxFailedRatio", maxFailedRatio, 0, 1);
}

/** Asks all endpoints of the call, also those that are not well; answers come in the order of the endpoints. */
export async function askEveryone(
  strategyName: string,
  call: ClusterCall,
  maxFailedRatio: number,
  inTurn = false,
): Promise<Everyone> {
  const refused = refuseStream(strategyName, call);
  if (refused !== undefined) return refused;
  const results = await (inTurn ? askInTurn(call) : Promise.all(sendToAll(call, call.endpoints)));
  const failed = results.filter((result) => !result.ok);
  const [first, ...others] = results.filter((result) => result.ok);
  const isTooMany = failed.length > maxFailedRatio * results.length;
  if (first !== undefined && !isTooMany) return { ok: true, answered: [first, ...others] };
  return failed.at(-1) ?? refusal(`no endpoint is known for ${call.method.parent.typeName}`);
}

async function askInTurn(call: ClusterCall) {
  const results = [];
  for (const endpoint of call.endpoints) {
    results.push(await call.attempt(endpoint, { kind: "planned" }));
    if (call.remainingMs() === 0) break;
  }
  return results;
}

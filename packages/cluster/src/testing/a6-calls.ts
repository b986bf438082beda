/** Calls under policies of a gRPC service config, and attempts that end as gRPC's A6 speaks of them. */
import { Code } from "@connectrpc/connect";
import type { Pushback, RetryPolicy } from "@thrice/core";
import { createRetryPredicate } from "../retry/retry-predicate.js";
import { parseServiceConfig } from "../retry/service-config-parse.js";
import type { BenchCall } from "./call-bench.js";
import { methods } from "./greet-service.js";
import { type AttemptScript, failure } from "./scripted-wire.js";

const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: "0.1s",
  maxBackoff: "0.3s",
  backoffMultiplier: 2,
  retryableStatusCodes: ["UNAVAILABLE"],
};
const hedgingPolicy = {
  maxAttempts: 3,
  hedgingDelay: "0.1s",
  nonFatalStatusCodes: ["UNAVAILABLE"],
};

function rulesOf(fields: object) {
  const config = parseServiceConfig({ methodConfig: [{ name: [{}], ...fields }] });
  return config.rulesOf(methods.unary);
}

/** A call under a retry policy whose fields differ from those above. */
export function retrying(fields: object = {}): Pick<BenchCall, "policy"> {
  const rules = rulesOf({ retryPolicy: { ...retryPolicy, ...fields } })?.retry;
  const { retries = 0, backoff = { baseMs: 0, maxMs: 0 }, codes = [] } = rules ?? {};
  const a6 = { backoffMultiplier: rules?.backoffMultiplier ?? 1 };
  return { policy: { retries, backoff, retryOn: createRetryPredicate(codes), a6 } };
}

/** A call under a hedging policy whose fields differ from those above. */
export function hedging(fields: object = {}): Pick<BenchCall, "policy" | "strategy"> {
  const rules = rulesOf({ hedgingPolicy: { ...hedgingPolicy, ...fields } })?.hedging;
  const { retries = 0, nonFatalCodes = [] } = rules ?? {};
  const retryOn = createRetryPredicate(nonFatalCodes);
  const policy: Partial<RetryPolicy> = { retries, retryOn, a6: { backoffMultiplier: 1 } };
  return { policy, ...(rules && { strategy: rules.strategy }) };
}

/** A status that the policies repeat. */
export const down = failure();
/** A status that they do not. */
export const fatal = failure({ code: Code.InvalidArgument });
const pushed = (pushback: Pushback) => failure({ pushback });
/** A server that says when to try again. */
export const after = (delayMs: number) => pushed({ kind: "after", delayMs });
/** A server that says not to. */
export const stop = pushed({ kind: "stop" });
/** A request that never left. */
export const unsent = failure({ outcome: "refused", neverSent: true });
/** A request that no handler saw. */
export const refused = failure({ outcome: "refused" });
/** A status after headers. */
export const committed = failure({ hadHeaders: true });
/** A connection that cannot be opened. */
export const unreachable = failure({ outcome: "connect-failed" });
/** More failures than any policy repeats. */
export const many = Array.from({ length: 10 }, () => down);

/** What a test says of one call. */
export interface A6Case {
  readonly title: string;
  readonly script: readonly AttemptScript[];
  readonly more?: BenchCall;
  /** When each attempt begins, in milliseconds. Chance draws the middle, so that pauses are 100, 200, 300, 300. */
  readonly at: readonly number[];
  readonly ok: boolean;
}

import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { codeName, hasSpentRetries } from "@thrice/cluster";
import {
  type AttemptRecord,
  attachAttempts,
  type FailedAttempt,
  type InboundCall,
  type Logger,
  logQuietly,
} from "@thrice/core";

/** Who hears of a failed call beside its caller. */
export interface FailureListeners {
  readonly logger: Logger;
  /** The call that was being served when the failed one was made. */
  readonly inbound: InboundCall | undefined;
}

/**
 * Makes the error of a failed call: the last failure's, with the history attached. A call that failed after several attempts
 * also leaves one line in the log, and one that spent its retries tells so to the call that is being served.
 */
export function errorFromCall(
  { parent, name }: DescMethod,
  failure: FailedAttempt,
  attempts: readonly AttemptRecord[],
  { logger, inbound }: FailureListeners,
): ConnectError {
  const { error } = failure;
  attachAttempts(error, attempts);
  if (inbound !== undefined && hasSpentRetries(failure, attempts)) inbound.noteRetriesSpent?.();
  if (attempts.length > 1) {
    const call = `${parent.typeName}/${name}`;
    const history = attempts.map(describeAttempt).join(", ");
    const text = "%s failed as %s after %d attempts: %s";
    logQuietly(() => logger.warnf(text, call, codeName(error.code), attempts.length, history));
  }
  return error;
}

function describeAttempt({ endpoint, outcome, code, durationMs }: AttemptRecord): string {
  return `${endpoint} ${outcome} ${code} ${Math.round(durationMs)} ms`;
}

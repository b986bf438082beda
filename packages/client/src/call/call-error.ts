import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { codeName } from "@thrice/cluster";
import { type AttemptRecord, attachAttempts, type FailedAttempt, type Logger } from "@thrice/core";

/**
 * Makes the error of a failed call: the last failure's, with the history attached. A call that failed after
 * several attempts also leaves one line in the log.
 */
export function errorFromCall(
  { parent, name }: DescMethod,
  { error }: FailedAttempt,
  attempts: readonly AttemptRecord[],
  logger: Logger,
): ConnectError {
  attachAttempts(error, attempts);
  if (attempts.length > 1) logHistory(`${parent.typeName}/${name}`, error, attempts, logger);
  return error;
}

/** A logger of the user's that throws must not take the place of the call's error. */
function logHistory(
  call: string,
  error: ConnectError,
  attempts: readonly AttemptRecord[],
  logger: Logger,
): void {
  try {
    const history = attempts.map(describeAttempt).join(", ");
    logger.warnf(
      "%s failed as %s after %d attempts: %s",
      call,
      codeName(error.code),
      attempts.length,
      history,
    );
  } catch {
    // nobody is left to tell
  }
}

function describeAttempt({ endpoint, outcome, code, durationMs }: AttemptRecord): string {
  return `${endpoint} ${outcome} ${code} ${Math.round(durationMs)} ms`;
}

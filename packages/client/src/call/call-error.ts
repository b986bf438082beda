import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { codeName } from "@thrice/cluster";
import {
  type AttemptRecord,
  attachAttempts,
  type FailedAttempt,
  type Logger,
  logQuietly,
} from "@thrice/core";

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

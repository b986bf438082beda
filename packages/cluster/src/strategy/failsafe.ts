import {
  type ClusterCall,
  type ClusterStrategy,
  checkKnownOptions,
  checkLogger,
  consoleLogger,
  type FailedAttempt,
  type Logger,
  logQuietly,
} from "@thrice/core";
import { emptyAnswer } from "./empty-answer.js";

export interface FailsafeOptions {
  /** Takes one line for each call that failed. @defaultValue `consoleLogger()` */
  readonly logger?: Logger;
}

/**
 * Makes one attempt; when it fails, logs the error and answers with an empty message, or an empty stream. What ends a call
 * from outside, its deadline or its caller, is an error all the same.
 *
 * @throws TypeError naming the option and its value.
 */
export function failsafe(options: FailsafeOptions = {}): ClusterStrategy {
  checkKnownOptions("options of failsafe", options, new Set(["logger"]));
  const logger = checkLogger("logger", options.logger ?? consoleLogger());
  const recover = async (call: ClusterCall, failed: FailedAttempt) => {
    if (call.remainingMs() === 0) return failed;
    const { parent, name } = call.method;
    const text = "%s failed and is answered with nothing: %s";
    logQuietly(() => logger.errorf(text, `${parent.typeName}/${name}`, failed.error.message));
    return emptyAnswer(call.method);
  };
  return {
    name: "failsafe",
    async run(call) {
      const result = await call.attempt(call.pick());
      return result.ok ? result : recover(call, result);
    },
    recover,
  };
}

import type { Message } from "@bufbuild/protobuf";
import { cancelError, judgeEndpoint } from "@thrice/cluster";
import { type Answer, type AttemptFailure, type AttemptListener, systemClock } from "@thrice/core";
import type { Channel } from "@thrice/protocol";
import { healthCheckMethod, healthCheckRequest, isServing } from "./health-check.js";

/**
 * Whether the server at the other end of `channel` is well: asks `grpc.health.v1`, on a new connection if there is none.
 * A server that does not know that service is well as well, since it answers. Never rejects.
 *
 * Units: `timeoutMs` bounds it, connecting included.
 */
export function probeChannel(channel: Channel, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const listener = new ProbeListener(resolve);
    const request = {
      method: healthCheckMethod(),
      input: { kind: "one", message: healthCheckRequest() },
    } as const;
    channel.redialSoon();
    const running = channel.start(request, { timeoutMs, previousAttempts: 0 }, listener);
    // The wire keeps to real time, whatever clock the client has.
    listener.boundBy(
      systemClock.setTimer(timeoutMs, () => {
        running.cancel(cancelError("the probe has taken too long"));
        resolve(false);
      }),
    );
  });
}

class ProbeListener implements AttemptListener {
  readonly #resolve: (isWell: boolean) => void;
  #undoTimer: (() => void) | undefined;
  #hasEnded = false;

  constructor(resolve: (isWell: boolean) => void) {
    this.#resolve = resolve;
  }

  boundBy(undoTimer: () => void): void {
    if (this.#hasEnded) undoTimer();
    else this.#undoTimer = undoTimer;
  }

  onAnswer(answer: Answer): void {
    this.#end(answer.kind === "unary" && isServing(answer.message as Message));
  }

  onFailure({ outcome, error }: AttemptFailure): void {
    this.#end(judgeEndpoint({ outcome, code: error.code }) === "good");
  }

  onFinished(): void {}

  #end(isWell: boolean): void {
    this.#hasEnded = true;
    this.#undoTimer?.();
    this.#resolve(isWell);
  }
}

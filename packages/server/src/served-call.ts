/** One call while a handler serves it: its context, its deadline, and what the handler's own calls inherit. */
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  type Clock,
  type InboundCall,
  type InboundRunner,
  inboundRunner,
  type Logger,
  logQuietly,
  runInboundCall,
} from "@thrice/core";
import { type CallPlace, takePlace } from "@thrice/protocol";
import { withChainStop } from "./chain-stop.js";
import { Deadline } from "./deadline.js";
import { methodPath } from "./method-path.js";
import { ServedContext } from "./served-context.js";

/** What a call is measured with, and who is told of what nobody waits for. */
export interface ServedCallRules {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a caller is asked not to repeat a call that failed after retries of the handler's own. */
  readonly stopRetryChains: boolean;
  /** Whether calls that the handler makes know that they are part of this one. */
  readonly linkCalls: boolean;
  /** Whether calls may have a place, which is given back when the handler is done. */
  readonly hasPlaces: boolean;
}

/**
 * Shape: serving → ended. A handler that outlasts its deadline is left behind, and ends when it settles: until then its
 * own calls find that no time is left. What it has started and not awaited is bound by nothing afterwards.
 */
export class ServedCall implements InboundCall {
  /** For the handler. */
  readonly context: ServedContext;
  readonly #deadline: Deadline;
  readonly #logger: Logger;
  #runner: InboundRunner | undefined;
  #lastStep: PromiseLike<unknown> | undefined;
  /** Whether `end` was called. */
  isOver = false;
  #ended = false;
  /** Whether a call of the handler's failed after all its retries. */
  #spentRetries = false;
  readonly #stopsChains: boolean;
  readonly #linksCalls: boolean;
  readonly #place: CallPlace | undefined;

  /** @throws ConnectError with `deadline_exceeded` if no time is left. */
  constructor(wire: HandlerContext, rules: ServedCallRules) {
    const { clock, logger, stopRetryChains, linkCalls, hasPlaces } = rules;
    const leftMs = wire.timeoutMs();
    if (leftMs !== undefined && leftMs <= 0) {
      throw new ConnectError("the deadline passed before the handler began", Code.DeadlineExceeded);
    }
    this.context = new ServedContext(wire);
    this.#deadline = new Deadline(leftMs, clock);
    this.#logger = logger;
    this.#stopsChains = stopRetryChains;
    this.#linksCalls = linkCalls;
    this.#place = hasPlaces ? takePlace(wire) : undefined;
  }

  noteRetriesSpent(): void {
    this.#spentRetries = true;
  }

  /** The error that the caller gets, made of the handler's. */
  errorFor(error: ConnectError): ConnectError {
    return this.#spentRetries && this.#stopsChains ? withChainStop(error) : error;
  }

  remainingMs(): number | undefined {
    if (this.#ended) return undefined;
    return this.#deadline.passed ? 0 : this.context.timeoutMs();
  }

  /** Runs `work` as part of this call. */
  run<T>(work: () => T): T {
    if (!this.#linksCalls) return work();
    return this.#runner === undefined ? runInboundCall(this, work) : this.#runner(work);
  }

  /** Says that many steps will come. */
  expectSteps(): void {
    if (this.#linksCalls) this.#runner ??= inboundRunner(this);
  }

  /** Runs `work` as part of this call, and waits for it no longer than the deadline. */
  step<T>(work: () => Promise<T>): Promise<T> {
    return this.#deadline.bound(() => {
      const step = this.run(work);
      this.#lastStep = step;
      return step;
    });
  }

  /** Tells how `answer` settles, or that the deadline passed before. */
  wait(
    answer: PromiseLike<unknown>,
    succeed: (value: unknown) => void,
    fail: (thrown: unknown) => void,
  ): void {
    this.#lastStep = answer;
    this.#deadline.tell(fail);
    answer.then(succeed, fail);
  }

  /** Hands over the metadata and ends the call. `leave` tells a handler that is left behind; it never throws here. */
  end(leave: () => unknown = () => {}): void {
    this.isOver = true;
    this.#deadline.clear();
    this.context.sendHeader();
    this.context.sendTrailer();
    if (this.#deadline.passed) void this.#leaveBehind(leave);
    else this.#leave();
  }

  #leave(): void {
    this.#ended = true;
    this.#place?.end();
  }

  async #leaveBehind(leave: () => unknown): Promise<void> {
    const left = this.run(async () => leave());
    for (const result of await Promise.allSettled([this.#lastStep, left])) {
      if (result.status === "rejected") this.#tell(result.reason);
    }
    this.#leave();
  }

  #tell(reason: unknown): void {
    const name = methodPath(this.context.method);
    logQuietly(() => this.#logger.debug("handler failed after its deadline", name, reason));
  }
}

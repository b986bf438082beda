import type {
  AttemptOptions,
  AttemptResult,
  ClusterCall,
  ClusterStrategy,
  LiveEndpoint,
  PickOptions,
} from "@thrice/core";
import type { RetryDecision } from "../retry/decide-retry.js";
import type { CallLog } from "./call-log.js";

/** A call as its strategy sees it, while others look on. */
export class WatchedCall implements ClusterCall {
  readonly #call: ClusterCall;
  readonly #log: CallLog;

  constructor(call: ClusterCall, log: CallLog) {
    this.#call = call;
    this.#log = log;
  }

  get method() {
    return this.#call.method;
  }

  get message() {
    return this.#call.message;
  }

  get header() {
    return this.#call.header;
  }

  get excluded() {
    return this.#call.excluded;
  }

  get random() {
    return this.#call.random;
  }

  get policy() {
    return this.#call.policy;
  }

  get clock() {
    return this.#call.clock;
  }

  get tried() {
    return this.#call.tried;
  }

  get attempts() {
    return this.#call.attempts;
  }

  get endpoints() {
    return this.#call.endpoints;
  }

  get healthy() {
    return this.#call.healthy;
  }

  get isRepeatable() {
    return this.#call.isRepeatable;
  }

  get attemptsAtPushback() {
    return this.#call.attemptsAtPushback;
  }

  nowMs(): number {
    return this.#call.nowMs();
  }

  remainingMs(): number {
    return this.#call.remainingMs();
  }

  hasBudget(kind?: "retry" | "hedge"): boolean {
    return this.#call.hasBudget(kind);
  }

  latencyQuantileMs(share: number): number | undefined {
    return this.#call.latencyQuantileMs(share);
  }

  pick(options?: PickOptions): LiveEndpoint | undefined {
    return this.#call.pick(options);
  }

  attempt(endpoint: LiveEndpoint | undefined, options?: AttemptOptions): Promise<AttemptResult> {
    const kind = options?.kind ?? "retry";
    const send = () => this.#call.attempt(endpoint, options);
    const { result, wasSent } = this.#log.ask(kind, send);
    if (wasSent) return result;
    return result.then((refusal) => {
      if (!refusal.ok) this.#log.noteRefusal(kind, refusal);
      return refusal;
    });
  }

  pause(delayMs: number): Promise<void> {
    return this.#call.pause(delayMs);
  }

  redo(strategy: ClusterStrategy): Promise<AttemptResult> {
    return this.#call.redo(strategy);
  }

  /** Called by `decideRetry`. */
  noteDecision(decision: RetryDecision): void {
    this.#log.noteDecision(decision);
  }
}

/**
 * A call, as its strategy sees it. Made when a strategy looks for the first time: a call whose first attempt goes well, under
 * a strategy that leaves that to us, has none.
 */
import type {
  AttemptOptions,
  AttemptRecord,
  AttemptResult,
  ClusterCall,
  ClusterStrategy,
  FailedAttempt,
  LiveEndpoint,
  PickOptions,
} from "@thrice/core";
import { maxTimerMs } from "@thrice/core";
import { isIdempotent } from "../retry/decide-retry.js";
import type { CallRun } from "./call-run.js";
import { rejection } from "./end-errors.js";
import { OpenAttempt } from "./open-attempt.js";
import { TransparentRetries } from "./transparent-retries.js";

export class StrategyCall implements ClusterCall {
  readonly #run: CallRun;
  readonly transparent = new TransparentRetries(this);
  /** Why the caller or the deadline ended the call, once one did. */
  over: FailedAttempt | undefined;
  #draw: number | undefined;
  /** Whether there would have been another attempt, had the budget not been spent. */
  wasCutShort = false;
  #pauses: Set<() => void> | undefined;
  #refusals = 0;
  /** What the strategy picked last, and from which list of its own. */
  #picked: LiveEndpoint | undefined;
  #among: readonly LiveEndpoint[] | undefined;

  constructor(run: CallRun) {
    this.#run = run;
  }

  get method() {
    return this.#run.method;
  }

  get policy() {
    return this.#run.plan.policy;
  }

  get clock() {
    return this.#run.clock;
  }

  get random() {
    return this.#run.random;
  }

  get message() {
    return this.#run.message;
  }

  get header() {
    return this.#run.header;
  }

  /** Drawn when a router first asks. */
  get draw(): number {
    this.#draw ??= this.random();
    return this.#draw;
  }

  get excluded() {
    return this.#run.excluded;
  }

  get endpoints(): readonly LiveEndpoint[] {
    return this.#run.plan.endpoints.for(this.#run).all;
  }

  get healthy(): readonly LiveEndpoint[] {
    return this.#run.plan.endpoints.for(this.#run).healthy;
  }

  get isRepeatable(): boolean {
    const { policy, method } = this.#run.plan;
    return policy.retriesSet || isIdempotent(method);
  }

  get tried(): readonly LiveEndpoint[] {
    return this.#run.opened.map(({ endpoint }) => endpoint);
  }

  get attemptsAtPushback(): number {
    const pushed = this.#run.opened.findLast(({ failure }) => failure?.pushback?.kind === "after");
    return pushed === undefined ? 0 : pushed.previousAttempts + 1;
  }

  get attempts(): readonly AttemptRecord[] {
    return this.#run.attempts;
  }

  get counters() {
    return this.#run.plan.counters;
  }

  /** Whether it waits in a pause. */
  get isPausing(): boolean {
    return (this.#pauses?.size ?? 0) > 0;
  }

  nowMs(): number {
    return this.#run.nowMs();
  }

  remainingMs(): number {
    return this.#run.remainingMs();
  }

  hasBudget(kind: "retry" | "hedge" = "hedge"): boolean {
    return this.#run.hasBudget(kind);
  }

  latencyQuantileMs(share: number): number | undefined {
    return this.#run.plan.latencies.quantileMs(share);
  }

  pick(options?: PickOptions): LiveEndpoint | undefined {
    this.#among = options?.among;
    this.#picked = this.#run.pick(this.#among, options?.exclude);
    return this.#picked;
  }

  /** As the strategy last picked, but for what was tried. */
  pickUntried(): LiveEndpoint | undefined {
    return this.#run.pick(this.#among, this.tried);
  }

  attempt(
    endpoint: LiveEndpoint | undefined,
    { kind = "retry" }: AttemptOptions = retry,
  ): Promise<AttemptResult> {
    const refusal = this.#run.whyNot(endpoint, kind);
    if (refusal !== undefined) return this.#refuse(refusal);
    const previousAttempts = this.#run.opened.length - this.transparent.count;
    const isPinned = kind === "planned" || endpoint !== this.#picked;
    return this.resend(endpoint as LiveEndpoint, previousAttempts, isPinned);
  }

  /** Sends an attempt, whatever speaks against it. */
  resend(
    endpoint: LiveEndpoint,
    previousAttempts: number,
    isPinned: boolean,
  ): Promise<AttemptResult> {
    const attempt = new OpenAttempt(this.#run, endpoint, previousAttempts, isPinned);
    const result = attempt.promise();
    this.#run.send(attempt);
    return result;
  }

  /** Why nothing is sent any more; undefined as long as it may be. */
  whyOver(): FailedAttempt | undefined {
    return this.#run.isOver ? this.#run.whyOver() : undefined;
  }

  redo(strategy: ClusterStrategy): Promise<AttemptResult> {
    const over = this.#run.whyNotRedone();
    if (over !== undefined) return this.#refuse(over);
    const { methodKind } = this.method;
    if (methodKind === "unary") return this.#run.redo(strategy);
    const text = `only unary calls can be made again, not ${methodKind}`;
    return this.#refuse(rejection(undefined, text));
  }

  pause(delayMs: number): Promise<void> {
    if (this.#run.isOver) return Promise.resolve();
    this.#pauses ??= new Set();
    const pauses = this.#pauses;
    return new Promise((resolve) => {
      const wake = () => {
        undo();
        pauses.delete(wake);
        resolve();
      };
      const undo = this.clock.setTimer(Math.min(delayMs, maxTimerMs), wake);
      pauses.add(wake);
    });
  }

  /** Ends all pauses. */
  wake(): void {
    for (const wake of this.#pauses ?? []) wake();
  }

  /** A strategy that goes on and on after a refusal would never let another callback run. */
  #refuse(refusal: FailedAttempt): Promise<FailedAttempt> {
    if (++this.#refusals <= maxRefusals) return Promise.resolve(refusal);
    const rejected = Promise.reject(new Error("it goes on although every attempt is refused"));
    rejected.catch(() => {}); // one that nobody waits for must not end the process
    return rejected;
  }
}

const retry: AttemptOptions = { kind: "retry" };
const maxRefusals = 1_000;

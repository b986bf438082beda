import type {
  AttemptReport,
  CallInfo,
  CallReport,
  ChoiceReport,
  DecisionReport,
  Outcome,
  RefusalReport,
} from "@thrice/core";
import type { CallLog, LoggedAttempt } from "./call-log.js";
import { describeReport } from "./describe-report.js";

/** The story of a call that has ended. */
export class WrittenReport implements CallReport {
  readonly call: CallInfo;
  readonly strategy: string;
  readonly loadBalancer: string;
  readonly outcome: Outcome;
  readonly code: string;
  readonly message: string | undefined;
  readonly durationMs: number;
  readonly attempts: readonly AttemptReport[];
  readonly refusals: readonly RefusalReport[];

  constructor({ plan, call, ending, message, attempts, refusals }: CallLog) {
    if (ending === undefined) throw new Error("a call that has not ended has no report");
    this.call = call;
    this.strategy = plan.strategy.name;
    this.loadBalancer = plan.loadBalancerName;
    this.outcome = ending.outcome;
    this.code = ending.code;
    this.message = message;
    this.durationMs = ending.durationMs;
    this.attempts = attempts.map((attempt) => new WrittenAttempt(attempt));
    this.refusals = [...refusals];
  }

  toString(): string {
    return describeReport(this);
  }
}

class WrittenAttempt implements AttemptReport {
  readonly attempt: AttemptReport["attempt"];
  readonly kind: AttemptReport["kind"];
  readonly endpoint: string;
  readonly reason: string;
  readonly atMs: number;
  readonly delayMs: number;
  readonly choice: ChoiceReport | undefined;
  readonly outcome: Outcome | undefined;
  readonly code: string | undefined;
  readonly durationMs: number | undefined;
  readonly decision: DecisionReport | undefined;

  constructor({ info, choice, end, decision }: LoggedAttempt) {
    this.attempt = info;
    this.kind = info.kind;
    this.endpoint = info.endpoint.id;
    this.reason = info.reason;
    this.atMs = info.startedMs - info.call.startedMs;
    this.delayMs = info.delayMs;
    this.choice = choice;
    this.outcome = end?.outcome;
    this.code = end?.code;
    this.durationMs = end?.durationMs;
    this.decision = decision;
  }
}

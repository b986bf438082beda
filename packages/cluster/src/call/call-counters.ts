import type { AttemptKind, ClientCounters } from "@thrice/core";

/** What the calls of one client count. Hot path: plain additions. */
export class CallCounters
  implements Omit<ClientCounters, "ejections" | "returns" | "probes" | "failedProbes">
{
  calls = 0;
  failedCalls = 0;
  attempts = 0;
  retries = 0;
  transparentRetries = 0;
  hedges = 0;
  planned = 0;
  budgetRefusals = 0;
  throttled = 0;
  picks = 0;

  noteCall(): void {
    this.calls++;
  }

  noteFailedCall(): void {
    this.failedCalls++;
  }

  noteAttempt(): void {
    this.attempts++;
  }

  notePick(): void {
    this.picks++;
  }

  noteBudgetRefusal(): void {
    this.budgetRefusals++;
  }

  noteThrottled(): void {
    this.throttled++;
  }

  /** Another attempt begins after a call's first one. */
  noteFurther(kind: Exclude<AttemptKind, "first">): void {
    if (kind === "retry") this.retries++;
    else if (kind === "hedge") this.hedges++;
    else if (kind === "planned") this.planned++;
    else this.transparentRetries++;
  }
}

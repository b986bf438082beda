import type { Endpoint } from "@thrice/core";
import { CallAttempts } from "./call-attempts.js";
import type { CallInit, CallPlan } from "./call-plan.js";

/** What a call goes by: its request and the plan of its method, as routers and load balancers see them too. */
export class CallFrame extends CallAttempts {
  readonly plan: CallPlan;
  protected readonly init: CallInit;
  /** For the load balancer, while it picks. */
  excluded: readonly Endpoint[] = noEndpoints;

  constructor(plan: CallPlan, init: CallInit) {
    super();
    this.plan = plan;
    this.init = init;
  }

  get method() {
    return this.plan.method;
  }

  get clock() {
    return this.plan.clock;
  }

  get random() {
    return this.plan.random;
  }

  get message() {
    return this.init.message;
  }

  get header() {
    return this.init.header;
  }

  get timeoutMs(): number {
    return this.init.timeoutMs;
  }

  nowMs(): number {
    return this.plan.clock.nowMs();
  }
}

export const noEndpoints: readonly Endpoint[] = [];

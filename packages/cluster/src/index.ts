export type { AttemptHistory, AttemptRequest, CallInit, CallPlan } from "./call/call-plan.js";
export { CallsUnderWay, type UnderWay } from "./call/calls-under-way.js";
export { codeName } from "./call/code-name.js";
export { cancelError, deadlineError } from "./call/end-errors.js";
export { type CallEnd, runCall, startCall } from "./call/run-call.js";
export { describeThrown } from "./describe-thrown.js";
export { ClientEndpoints } from "./endpoints/client-endpoints.js";
export type {
  AttemptNote,
  EndpointSource,
  EndpointView,
  NotedAttempt,
  RoutedCall,
} from "./endpoints/endpoint-source.js";
export type { HealthInit } from "./endpoints/health/endpoint-health.js";
export type { HealthCounters } from "./endpoints/health/health-counters.js";
export {
  defaultHealth,
  type HealthOptions,
  type HealthSettings,
  resolveHealth,
} from "./endpoints/health/health-options.js";
export type { Probe } from "./endpoints/health/prober.js";
export { keepEndpoints } from "./endpoints/keep-endpoints.js";
export type { Latencies } from "./endpoints/latencies.js";
export { LatencyWindow } from "./endpoints/latency-window.js";
export { random } from "./load-balance/random.js";
export { roundRobin } from "./load-balance/round-robin.js";
export { defaultBackoff } from "./retry/backoff.js";
export type { Budget } from "./retry/budget.js";
export {
  decideRetry,
  type RetryContext,
  type RetryDecision,
  type StopReason,
} from "./retry/decide-retry.js";
export { defaultBudget, RetryBudget, type RetryBudgetOptions } from "./retry/retry-budget.js";
export { createRetryPredicate, retryByDefault } from "./retry/retry-predicate.js";
export { affinityRouter } from "./router/affinity-router.js";
export { conditionRouter } from "./router/condition/condition-router.js";
export type { Consumer } from "./router/consumer.js";
export { type RoutedList, RouterChain } from "./router/router-chain.js";
export type { BadRules, RulesResult } from "./router/rules/rule-problem.js";
export type { RuledRouter } from "./router/rules/swappable-rules.js";
export { type TagRouterOptions, tagRouter } from "./router/tag/tag-router.js";
export {
  type WeightShiftOptions,
  type WeightShiftRouter,
  weightShift,
} from "./router/weight-shift.js";
export { type ZoneRouterOptions, zoneRouter } from "./router/zone-router.js";
export { createStaticDirectory } from "./static-directory.js";
export { failfast } from "./strategy/failfast.js";
export { failover } from "./strategy/failover.js";
export { type ResolvedSubset, resolveSubset, type SubsetOptions } from "./subset/subset-options.js";
export { Subsetter } from "./subset/subsetter.js";

export { CallCounters } from "./call/call-counters.js";
export { type CallDefaults, callDefaults } from "./call/call-defaults.js";
export type { AttemptHistory, AttemptRequest, CallInit, CallPlan } from "./call/call-plan.js";
export { CallsUnderWay, type UnderWay } from "./call/calls-under-way.js";
export { codeName } from "./call/code-name.js";
export { cancelError, deadlineError } from "./call/end-errors.js";
export { hasSpentRetries } from "./call/has-spent-retries.js";
export { type CallEnd, runCall, startCall } from "./call/run-call.js";
export { tellQuietly } from "./call/tell-quietly.js";
export { describeThrown } from "./describe-thrown.js";
export { ClientEndpoints, type Narrowing } from "./endpoints/client-endpoints.js";
export type {
  AttemptNote,
  EndpointSource,
  EndpointView,
  NarrowingReport,
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
export { type EndpointVerdict, judgeEndpoint } from "./endpoints/judge-endpoint.js";
export { keepEndpoints } from "./endpoints/keep-endpoints.js";
export type { Latencies } from "./endpoints/latencies.js";
export { LatencyWindow } from "./endpoints/latency-window.js";
export type { Candidate } from "./load-balance/candidate.js";
export { type ConsistentHashOptions, consistentHash } from "./load-balance/consistent-hash.js";
export { type CostOptions, costBalancer } from "./load-balance/cost-balancer.js";
export type { Cost } from "./load-balance/cost-picker.js";
export { leastActive } from "./load-balance/least-active.js";
export { p2c } from "./load-balance/p2c.js";
export { peakEwma } from "./load-balance/peak-ewma.js";
export { random } from "./load-balance/random.js";
export { roundRobin } from "./load-balance/round-robin.js";
export { shortestResponse } from "./load-balance/shortest-response.js";
export { sticky } from "./load-balance/sticky.js";
export { defaultSlowStartMs } from "./load-balance/warm-up.js";
export { defaultBackoff } from "./retry/backoff.js";
export { type Budget, unlimitedBudget } from "./retry/budget.js";
export {
  decideRetry,
  type RetryContext,
  type RetryDecision,
  type StopReason,
} from "./retry/decide-retry.js";
export { GrpcThrottle, type ThrottlingRules } from "./retry/grpc-throttle.js";
export { resolveRetryBudget, resolveThrottle } from "./retry/resolve-limits.js";
export { RetryBudget, type RetryBudgetOptions } from "./retry/retry-budget.js";
export { createRetryPredicate, retryByDefault } from "./retry/retry-predicate.js";
export {
  type HedgingRules,
  type MethodRules,
  type RetryRules,
  ServiceConfig,
} from "./retry/service-config.js";
export { parseServiceConfig } from "./retry/service-config-parse.js";
export { ClientThrottle, type Throttle, type ThrottleOptions } from "./retry/throttle.js";
export { affinityRouter } from "./router/affinity-router.js";
export { conditionRouter } from "./router/condition/condition-router.js";
export { type Consumer, checkConsumer } from "./router/consumer.js";
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
export type { EveryoneOptions } from "./strategy/ask-everyone.js";
export { available } from "./strategy/available.js";
export { type BroadcastOptions, broadcast } from "./strategy/broadcast.js";
export { type Failback, failback } from "./strategy/failback.js";
export type { FailbackDrop, FailbackEvent, FailbackStep } from "./strategy/failback-event.js";
export type { FailbackOptions } from "./strategy/failback-options.js";
export { failfast } from "./strategy/failfast.js";
export { failover } from "./strategy/failover.js";
export { type FailsafeOptions, failsafe } from "./strategy/failsafe.js";
export { type ForkingOptions, forking } from "./strategy/forking.js";
export { type HedgedOptions, hedged } from "./strategy/hedged.js";
export { type Merge, mergeable } from "./strategy/mergeable.js";
export { quorum } from "./strategy/quorum.js";
export { type ZoneAwareOptions, zoneAware } from "./strategy/zone-aware.js";
export { type ResolvedSubset, resolveSubset, type SubsetOptions } from "./subset/subset-options.js";
export { Subsetter } from "./subset/subsetter.js";

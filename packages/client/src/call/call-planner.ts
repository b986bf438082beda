import type { DescMethod } from "@bufbuild/protobuf";
import {
  type Budget,
  CallCounters,
  type CallPlan,
  type CallsUnderWay,
  ClientEndpoints,
  callDefaults,
  GrpcThrottle,
  LatencyWindow,
  type MethodRules,
  type Narrowing,
  type Probe,
  RouterChain,
  type ServiceConfig,
  Subsetter,
  unlimitedBudget,
} from "@thrice/cluster";
import {
  type AdvertisedOptions,
  type ClientCounters,
  type ClientLevels,
  type ClusterEvents,
  type ClusterStrategy,
  type Directory,
  type InboundCall,
  maxTimerMs,
} from "@thrice/core";
import type { RegistryRules } from "../discovery/registry-rules.js";
import { type EndpointsOfService, ServiceEndpoints } from "../discovery/service-endpoints.js";
import { listensToCalls } from "../options/check-events.js";
import type { ResolvedClientOptions } from "../options/client-options.js";
import { type CallSettings, nearField } from "../options/method-options.js";
import { effectivePolicy, type SaidOfCall } from "./effective-policy.js";
import { Pickers } from "./pickers.js";

/** A plan, and what it was made from. */
interface KeptPlan {
  readonly plan: CallPlan;
  readonly method: DescMethod;
  readonly source: EndpointsOfService;
  readonly advertised: AdvertisedOptions;
  readonly config: ServiceConfig | undefined;
}

/**
 * Fills in what no level has set: first from what the providers advertise, then with the framework's defaults. A plan is
 * kept for the calls to come under the same settings.
 */
export class CallPlanner {
  readonly #options: ResolvedClientOptions;
  readonly #underWay: CallsUnderWay;
  readonly #pickers = new Pickers();
  /** What the client's calls choose from. */
  readonly services: ServiceEndpoints;
  readonly #latencies = new WeakMap<DescMethod, LatencyWindow>();
  readonly #kept = new WeakMap<CallSettings, KeptPlan>();
  readonly #counters = new CallCounters();
  /** The listeners, if any of them listens to calls. */
  readonly #callEvents: ClusterEvents | undefined;
  #config: ServiceConfig | undefined;
  #grpcThrottle: GrpcThrottle | undefined;

  constructor(options: ResolvedClientOptions, underWay: CallsUnderWay, probe: Probe) {
    const { clock, health: settings, random: draw, events } = options;
    const health = settings && { settings, random: draw, probe, events };
    this.#options = options;
    this.#underWay = underWay;
    this.#callEvents = listensToCalls(events) ? events : undefined;
    const { routers, subset, slowStartMs } = options;
    const create = (directory: Directory, rules?: RegistryRules) => {
      const own = routers.length === 0 ? undefined : new RouterChain(routers);
      const narrowing: Narrowing = {
        get chain() {
          return rules === undefined ? own : rules.chain;
        },
        subsetter: subset === undefined ? undefined : new Subsetter(subset, draw),
      };
      return new ClientEndpoints(directory, clock, health, narrowing, slowStartMs);
    };
    this.services = new ServiceEndpoints(options, create);
    this.useServiceConfig(options.serviceConfig);
  }

  /** Puts another service config in force, for calls that begin from now on. */
  useServiceConfig(config: ServiceConfig | undefined): void {
    const throttling = config?.throttling;
    this.#config = config;
    this.#grpcThrottle = throttling && new GrpcThrottle(throttling, this.#grpcThrottle);
  }

  /** What has been counted so far. */
  counters(): ClientCounters {
    return { ...this.#counters, ...this.services.healthCounters };
  }

  /** How things stand above the wire. */
  levels(): Omit<ClientLevels, "connections"> {
    return { budgetTokens: this.#options.retryBudget.tokens, ...this.services.levels };
  }

  /** Starts nothing more of its own: no probes. */
  close(): void {
    this.services.close();
  }

  /** Bound of a call that begins now while `inbound` is served, in milliseconds; `Infinity` for none. */
  timeoutMs(method: DescMethod, settings: CallSettings, inbound: InboundCall | undefined): number {
    const configured = this.#config?.rulesOf(method)?.timeoutMs;
    const timeoutMs =
      configured === undefined
        ? settings.timeoutMs
        : (nearField(settings, "timeoutMs") ?? configured);
    return Math.max(0, Math.min(boundFrom(timeoutMs), this.#inheritedMs(inbound)));
  }

  /** @throws ConnectError if the load balancer makes no picker. */
  plan(method: DescMethod, settings: CallSettings): CallPlan {
    const kept = this.#kept.get(settings);
    const isOfMethod = kept?.method === method;
    const source = isOfMethod ? kept.source : this.services.of(method, settings);
    const { advertised } = source.directory.snapshot();
    const config = this.#config;
    if (isOfMethod && kept.advertised === advertised && kept.config === config) return kept.plan;
    const said = {
      settings,
      rules: config?.rulesOf(method),
      advertised: saidOf(method, advertised),
    };
    const plan = this.#newPlan(method, source.endpoints, said);
    this.#kept.set(settings, { plan, method, source, advertised, config });
    return plan;
  }

  #newPlan(method: DescMethod, endpoints: ClientEndpoints, said: SaidOfCall): CallPlan {
    const { settings, rules } = said;
    const { clock, random, throttle } = this.#options;
    const policy = effectivePolicy(said);
    const loadBalance = settings.loadBalance ?? callDefaults.loadBalance;
    const budget = this.#budgetFor(rules);
    budget.expectRetries?.(policy.retries);
    return {
      method,
      endpoints,
      budget,
      throttle,
      latencies: this.#latenciesOf(method),
      clock,
      random,
      strategy: strategyFrom(said),
      picker: this.#pickers.for(loadBalance, method),
      loadBalancerName: loadBalance.name,
      policy,
      attemptTimeoutMs: boundFrom(attemptTimeoutMs(method, said)),
      underWay: this.#underWay,
      counters: this.#counters,
      // An attempt interceptor is told what its attempt is, also when nobody else listens.
      events: this.#callEvents ?? (settings.attemptInterceptors && noListeners),
    };
  }

  /** A service config that hedges says how much by itself; so does one with `retryThrottling`. */
  #budgetFor(rules: MethodRules | undefined): Budget {
    const isRuled = rules?.retry !== undefined || rules?.hedging !== undefined;
    if (isRuled && this.#grpcThrottle !== undefined) return this.#grpcThrottle;
    return rules?.hedging === undefined ? this.#options.retryBudget : unlimitedBudget;
  }

  #latenciesOf(method: DescMethod): LatencyWindow {
    let latencies = this.#latencies.get(method);
    if (latencies === undefined) {
      latencies = new LatencyWindow(this.#options.clock);
      this.#latencies.set(method, latencies);
    }
    return latencies;
  }

  /** A caller's deadline that lies further ahead than a timer can reach is no bound. */
  #inheritedMs(inbound: InboundCall | undefined): number {
    if (!this.#options.inheritDeadline) return Number.POSITIVE_INFINITY;
    const leftMs = inbound?.remainingMs() ?? Number.POSITIVE_INFINITY;
    return leftMs > maxTimerMs ? Number.POSITIVE_INFINITY : Math.max(0, leftMs);
  }
}

const noListeners: ClusterEvents = {};

/** What is advertised for a method, by its name in the proto or in generated code, is stronger than what is for all. */
function saidOf({ name, localName }: DescMethod, advertised: AdvertisedOptions): AdvertisedOptions {
  const { methods } = advertised;
  if (methods === undefined) return advertised;
  return { ...advertised, ...(methods[name] ?? methods[localName]) };
}

function strategyFrom({ settings, rules }: SaidOfCall): ClusterStrategy {
  const said = nearField(settings, "cluster") ?? rules?.hedging?.strategy ?? settings.cluster;
  return said ?? callDefaults.strategy;
}

/** Where a service config speaks of a method there is no bound by default: gRPC knows none. */
function attemptTimeoutMs(
  { methodKind }: DescMethod,
  { settings, rules, advertised }: SaidOfCall,
): number {
  const isBounded = methodKind === "unary" && rules === undefined;
  const byDefault = isBounded ? callDefaults.unaryAttemptTimeoutMs : 0;
  return settings.attemptTimeoutMs ?? advertised.attemptTimeoutMs ?? byDefault;
}

/** The option's 0 is no bound. */
function boundFrom(optionMs: number | undefined): number {
  return optionMs === undefined || optionMs === 0 ? Number.POSITIVE_INFINITY : optionMs;
}

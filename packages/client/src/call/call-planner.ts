import type { DescMethod } from "@bufbuild/protobuf";
import {
  type CallPlan,
  type CallsUnderWay,
  ClientEndpoints,
  defaultBackoff,
  failover,
  LatencyWindow,
  type Probe,
  peakEwma,
  RouterChain,
  retryByDefault,
  Subsetter,
} from "@thrice/cluster";
import {
  type AdvertisedOptions,
  type InboundCall,
  maxTimerMs,
  type RetryPolicy,
} from "@thrice/core";
import type { ResolvedClientOptions } from "../options/client-options.js";
import type { CallSettings } from "../options/method-options.js";
import { Pickers } from "./pickers.js";

/** A plan, and what it was made from. */
interface KeptPlan {
  readonly plan: CallPlan;
  readonly method: DescMethod;
  readonly advertised: AdvertisedOptions;
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
  readonly endpoints: ClientEndpoints;
  readonly #latencies = new WeakMap<DescMethod, LatencyWindow>();
  readonly #kept = new WeakMap<CallSettings, KeptPlan>();

  constructor(options: ResolvedClientOptions, underWay: CallsUnderWay, probe: Probe) {
    const { directory, clock, health: settings, random: draw, events } = options;
    const health = settings && { settings, random: draw, probe, events };
    this.#options = options;
    this.#underWay = underWay;
    const { routers, subset } = options;
    this.endpoints = new ClientEndpoints(directory, clock, health, {
      chain: routers.length === 0 ? undefined : new RouterChain(routers),
      subsetter: subset === undefined ? undefined : new Subsetter(subset, draw),
    });
  }

  /** Starts nothing more of its own: no probes. */
  close(): void {
    this.endpoints.close();
  }

  /** Bound of a call that begins now while `inbound` is served, in milliseconds; `Infinity` for none. */
  timeoutMs(settings: CallSettings, inbound: InboundCall | undefined): number {
    return Math.max(0, Math.min(boundFrom(settings.timeoutMs), this.#inheritedMs(inbound)));
  }

  /** @throws ConnectError if the load balancer makes no picker. */
  plan(method: DescMethod, settings: CallSettings): CallPlan {
    const { advertised } = this.#options.directory.snapshot();
    const kept = this.#kept.get(settings);
    if (kept?.method === method && kept.advertised === advertised) return kept.plan;
    const plan = this.#newPlan(method, settings);
    this.#kept.set(settings, { plan, method, advertised });
    return plan;
  }

  #newPlan(method: DescMethod, settings: CallSettings): CallPlan {
    const { clock, random, retryBudget, throttle } = this.#options;
    const policy = this.#policy(settings);
    const loadBalance = settings.loadBalance ?? peakEwma;
    retryBudget.expectRetries?.(policy.retries);
    return {
      method,
      endpoints: this.endpoints,
      budget: retryBudget,
      throttle,
      latencies: this.#latenciesOf(method),
      clock,
      random,
      strategy: settings.cluster ?? failover,
      picker: this.#pickers.for(loadBalance, method),
      loadBalancerName: loadBalance.name,
      policy,
      attemptTimeoutMs: boundFrom(this.#attemptTimeoutMs(method, settings)),
      underWay: this.#underWay,
    };
  }

  #latenciesOf(method: DescMethod): LatencyWindow {
    let latencies = this.#latencies.get(method);
    if (latencies === undefined) {
      latencies = new LatencyWindow(this.#options.clock);
      this.#latencies.set(method, latencies);
    }
    return latencies;
  }

  #policy({ retries, retryOn, backoff }: CallSettings): RetryPolicy {
    return {
      retries: retries ?? this.#advertised.retries ?? defaultRetries,
      retriesSet: retries !== undefined, // a provider cannot know what is safe for this caller
      retryOn: retryOn ?? retryByDefault,
      backoff: { ...defaultBackoff, ...backoff },
    };
  }

  #attemptTimeoutMs({ methodKind }: DescMethod, { attemptTimeoutMs }: CallSettings): number {
    const byDefault = methodKind === "unary" ? defaultUnaryAttemptTimeoutMs : 0;
    return attemptTimeoutMs ?? this.#advertised.attemptTimeoutMs ?? byDefault;
  }

  /** A caller's deadline that lies further ahead than a timer can reach is no bound. */
  #inheritedMs(inbound: InboundCall | undefined): number {
    if (!this.#options.inheritDeadline) return Number.POSITIVE_INFINITY;
    const leftMs = inbound?.remainingMs() ?? Number.POSITIVE_INFINITY;
    return leftMs > maxTimerMs ? Number.POSITIVE_INFINITY : Math.max(0, leftMs);
  }

  get #advertised() {
    return this.#options.directory.snapshot().advertised;
  }
}

/** Dubbo's default, which its users expect. */
const defaultRetries = 2;

/** Dubbo's default timeout of a request, which it too applies to each attempt. */
const defaultUnaryAttemptTimeoutMs = 3_000;

/** The option's 0 is no bound. */
function boundFrom(optionMs: number | undefined): number {
  return optionMs === undefined || optionMs === 0 ? Number.POSITIVE_INFINITY : optionMs;
}

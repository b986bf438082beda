/** A client in virtual time: the calls, policies and statistics of a real one, on servers that are simulated. */
import type { AttemptResult, ClientCounters, Clock, InboundCall, LiveEndpoint } from "@thrice/core";
import { CallCounters } from "../call/call-counters.js";
import type { AttemptHistory, CallPlan } from "../call/call-plan.js";
import { CallsUnderWay } from "../call/calls-under-way.js";
import { startCall } from "../call/run-call.js";
import { ClientEndpoints } from "../endpoints/client-endpoints.js";
import type { HealthInit } from "../endpoints/health/endpoint-health.js";
import type { HealthCounters } from "../endpoints/health/health-counters.js";
import { resolveHealth } from "../endpoints/health/health-options.js";
import { keepEndpoints } from "../endpoints/keep-endpoints.js";
import { LatencyWindow } from "../endpoints/latency-window.js";
import { resolveRetryBudget, resolveThrottle } from "../retry/resolve-limits.js";
import { RouterChain } from "../router/router-chain.js";
import { resolveSubset } from "../subset/subset-options.js";
import { Subsetter } from "../subset/subsetter.js";
import { type CallRules, type ClientOptions, resolveCallRules } from "./client-options.js";
import { Recorder } from "./recorder.js";
import { ServerDirectory } from "./server-directory.js";
import { SimulatedCall } from "./simulated-call.js";
import type { SimulatedServer } from "./simulated-server.js";

/** What surrounds one call. */
export interface CallFrame {
  /** The call that is being served when this one is made. */
  readonly inbound?: InboundCall | undefined;
  /** The caller's cancel. */
  readonly signal?: AbortSignal | undefined;
  /** Attachments, for routers and load balancers that look at them. */
  readonly header?: Headers | undefined;
}

/** Told how a call ended. */
export type OnCallEnd = (result: AttemptResult, history: AttemptHistory) => void;

/** Time that a real client gives a probe by default, in milliseconds. */
const probeTimeoutMs = 1_000;

/** One client. Made by `Simulation.client`. */
export class SimulatedClient {
  /** What it has done. @internal */
  readonly recorder = new Recorder();
  readonly #plan: CallPlan;
  readonly #rules: CallRules;
  readonly #endpoints: ClientEndpoints;
  readonly #directory = new ServerDirectory();
  readonly #counters = new CallCounters();

  /** @internal */
  constructor(options: ClientOptions, clock: Clock, random: () => number) {
    const rules = resolveCallRules(options);
    this.#rules = rules;
    this.#directory.know(options.servers);
    this.#endpoints = this.#watch(options, clock, random);
    const budget = resolveRetryBudget(options.retryBudget, clock);
    budget.expectRetries?.(rules.policy.retries);
    this.#plan = {
      method: rules.method,
      strategy: rules.strategy,
      policy: rules.policy,
      picker: rules.loadBalance.createPicker(),
      loadBalancerName: rules.loadBalance.name,
      endpoints: this.#endpoints,
      budget,
      throttle: resolveThrottle(options.throttle),
      latencies: new LatencyWindow(clock),
      clock,
      random,
      attemptTimeoutMs: rules.attemptTimeoutMs,
      underWay: new CallsUnderWay(),
      counters: this.#counters,
    };
  }

  /** What has happened since it was made, as a real client counts it. */
  counters(): ClientCounters {
    const health = this.#endpoints.healthCounters ?? noHealthCounters;
    return { ...this.#counters, ...health };
  }

  /** Ids of the servers that calls may choose now. */
  get healthy(): readonly string[] {
    const call = { message: undefined, header: undefined, draw: 0, method: this.#rules.method };
    return this.#endpoints.for(call).healthy.map(({ id }) => id);
  }

  /** Whether none of its calls is under way. */
  get isIdle(): boolean {
    return this.#plan.underWay.isEmpty;
  }

  /** Changes which servers it knows, as an update of a registry would. */
  know(servers: readonly SimulatedServer[]): void {
    this.#directory.know(servers);
  }

  /** Makes one call. Never rejects. */
  call(frame: CallFrame = {}): Promise<AttemptResult> {
    return new Promise((resolve) => this.start(frame, resolve));
  }

  /** As `call`, without a promise. */
  start(frame: CallFrame, onEnd: OnCallEnd): void {
    const { timeoutMs } = this.#rules;
    const inheritedMs = frame.inbound?.remainingMs() ?? Number.POSITIVE_INFINITY;
    const note = this.recorder.beginCall(this.#plan.clock.nowMs());
    const tools = {
      clock: this.#plan.clock,
      recorder: this.recorder,
      find: (endpoint: LiveEndpoint) => this.#directory.find(endpoint),
      onEnd,
    };
    startCall(this.#plan, new SimulatedCall(tools, note, frame, Math.min(timeoutMs, inheritedMs)));
  }

  #watch(options: ClientOptions, clock: Clock, random: () => number): ClientEndpoints {
    const { events = {}, routers = [], emptyProtection = true } = options;
    const directory = emptyProtection ? keepEndpoints(this.#directory, events) : this.#directory;
    const settings = resolveHealth(options.health);
    const subset = resolveSubset(options.subset);
    const probe: HealthInit["probe"] = (endpoint) => this.#probe(endpoint, clock);
    return new ClientEndpoints(directory, clock, settings && { settings, random, probe, events }, {
      chain: routers.length === 0 ? undefined : new RouterChain(routers),
      subsetter: subset === undefined ? undefined : new Subsetter(subset, random),
    });
  }

  #probe(endpoint: LiveEndpoint, clock: Clock): Promise<boolean> {
    return new Promise((resolve) => {
      const undo = clock.setTimer(probeTimeoutMs, () => resolve(false));
      void this.#directory
        .find(endpoint)
        .probe()
        .then((isWell) => {
          undo();
          resolve(isWell);
        });
    });
  }
}

const noHealthCounters: HealthCounters = { ejections: 0, returns: 0, probes: 0, failedProbes: 0 };

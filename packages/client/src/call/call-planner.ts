import type { DescMethod } from "@bufbuild/protobuf";
import { type CallPlan, defaultBackoff, failover, random, retryByDefault } from "@thrice/cluster";
import { currentInboundCall, maxTimerMs, type RetryPolicy } from "@thrice/core";
import type { Channels } from "../channels.js";
import type { ResolvedClientOptions } from "../options/client-options.js";
import type { CallSettings } from "../options/method-options.js";
import { Pickers } from "./pickers.js";
import type { RequestSource } from "./request-source.js";

/** What one call brings to its plan. */
export interface PlannedCall {
  readonly method: DescMethod;
  readonly settings: CallSettings;
  /** Time that is left of the call, in milliseconds; `Infinity` for no bound. */
  readonly timeoutMs: number;
  /** Attachments, if there are any. */
  readonly header: Headers | undefined;
  readonly signal: AbortSignal | undefined;
  readonly source: RequestSource;
}

/** Fills in what no level has set: first from what the providers advertise, then with the framework's defaults. */
export class CallPlanner {
  readonly #options: ResolvedClientOptions;
  readonly #channels: Channels;
  readonly #hold: CallPlan["hold"];
  readonly #pickers = new Pickers();

  /** `hold` takes the function that ends a call from outside. */
  constructor(options: ResolvedClientOptions, channels: Channels, hold: CallPlan["hold"]) {
    this.#options = options;
    this.#channels = channels;
    this.#hold = hold;
  }

  /** Bound of a call that begins now, in milliseconds; `Infinity` for none. */
  timeoutMs(settings: CallSettings): number {
    return Math.min(boundFrom(settings.timeoutMs), this.#inheritedMs());
  }

  plan({ method, settings, timeoutMs, header, signal, source }: PlannedCall): CallPlan {
    const { directory, clock, random: draw } = this.#options;
    const { group, version, loadBalance = random } = settings;
    return {
      method,
      directory,
      clock,
      random: draw,
      signal,
      strategy: settings.cluster ?? failover,
      picker: this.#pickers.for(loadBalance, method),
      loadBalancerName: loadBalance.name,
      policy: this.#policy(settings),
      timeoutMs: Math.max(0, timeoutMs),
      attemptTimeoutMs: boundFrom(this.#attemptTimeoutMs(method, settings)),
      hold: this.#hold,
      start: ({ endpoint, ...attempt }) =>
        this.#channels.start(endpoint, {
          method,
          group,
          version,
          header,
          ...attempt,
          input: source.input(),
        }),
      whyNotReplayable: () => this.#whyNotReplayable(method, source),
    };
  }

  /** Asked only when an attempt was worth repeating: its failure does not tell why it was not. */
  #whyNotReplayable({ parent, name }: DescMethod, source: RequestSource): string | undefined {
    const reason = source.whyNotReplayable;
    if (reason !== undefined)
      this.#options.logger.warnf("%s is not retried: %s", `${parent.typeName}/${name}`, reason);
    return reason;
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
  #inheritedMs(): number {
    if (!this.#options.inheritDeadline) return Number.POSITIVE_INFINITY;
    const leftMs = currentInboundCall()?.remainingMs() ?? Number.POSITIVE_INFINITY;
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

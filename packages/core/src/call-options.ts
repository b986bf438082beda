/** The options of a call, which exist alike at every level that makes sense. */
import type { ContextValues, Interceptor } from "@connectrpc/connect";
import type { AttachmentsInit } from "./attachments.js";
import type { CallReport } from "./call-report.js";
import type { Backoff, ClusterStrategy, LoadBalancer, RetryOn } from "./cluster.js";
import type { CompressionOptions } from "./compression.js";
import type { ServiceKeyOptions } from "./service-key.js";

/**
 * Options that exist at each level. The nearest level wins, field by field: framework default, what
 * a provider advertises, client, service, method, call. An explicit 0 is a value.
 */
export interface MethodOptions extends CompressionOptions {
  /**
   * Attempts after the first one, 0 to 100; 0 turns retrying off. Set at any level, it covers every method
   * and every retryable failure. Unset, failures that may have reached a handler are repeated only if the
   * proto declares the method NO_SIDE_EFFECTS or IDEMPOTENT. @defaultValue 2
   */
  readonly retries?: number | undefined;
  /** Bound of the whole call with all attempts and pauses, in milliseconds; 0 is no bound. @defaultValue 0 */
  readonly timeoutMs?: number | undefined;
  /**
   * Bound of one attempt, in milliseconds; 0 is no bound. A stream must bring its first message in this
   * time. @defaultValue 3_000 for unary methods, 0 for the others
   */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * Failures of attempts that may have reached a handler that are worth another attempt: status codes, or a
   * function. @defaultValue unavailable, unknown, internal, aborted, resource_exhausted, an attempt's
   * timeout, a broken connection
   */
  readonly retryOn?: RetryOn | undefined;
  /** Pauses between attempts. @defaultValue `{ baseMs: 25, maxMs: 250 }` */
  readonly backoff?: Partial<Backoff> | undefined;
  /** Which attempts a call makes and what it answers. @defaultValue `failover` */
  readonly cluster?: ClusterStrategy | undefined;
  /** Which endpoint an attempt goes to. @defaultValue `peakEwma` */
  readonly loadBalance?: LoadBalancer | undefined;
  /** String metadata sent with the request. Levels add up; the nearer one wins for a name. */
  readonly attachments?: AttachmentsInit | undefined;
}

/** Options of one service's stub. `Methods` are the names of its methods. */
export interface ServiceOptions<Methods extends string = string>
  extends MethodOptions,
    ServiceKeyOptions {
  /** As that of the client, run within those of the client. @defaultValue none */
  readonly attemptInterceptors?: readonly Interceptor[] | undefined;
  /** Options of single methods. */
  readonly methods?: { readonly [Name in Methods]?: MethodOptions } | undefined;
}

/** Options of one call. */
export interface CallOptions extends MethodOptions {
  /** Cancels the call; its error then has the code `canceled`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the attachments that came before the answer. */
  readonly onHeader?: ((header: Headers) => void) | undefined;
  /** Called with the attachments that came after the answer. */
  readonly onTrailer?: ((trailer: Headers) => void) | undefined;
  /** Values for interceptors. */
  readonly contextValues?: ContextValues | undefined;
  /** Called, right after the call's end, with what it did and why. What it throws is dropped. */
  readonly onExplain?: ((report: CallReport) => void) | undefined;
}

/** Options that exist at every level: checked once per level, then laid upon each other. */
import { Code, type Interceptor } from "@connectrpc/connect";
import { createRetryPredicate, defaultBackoff } from "@thrice/cluster";
import {
  type AttachmentsInit,
  type Backoff,
  type ClusterStrategy,
  type Compression,
  checkCompression,
  checkCompressMinBytes,
  checkKnownOptions,
  checkNumber,
  checkServiceKeyPart,
  checkShape,
  checkWholeNumber,
  createAttachments,
  type LoadBalancer,
  type MethodOptions,
  maxTimerMs,
  mergeAttachments,
  type RetryOn,
  type RetryPredicate,
  type ServiceKeyOptions,
  type ServiceOptions,
  show,
} from "@thrice/core";

/** What one level, or several laid upon each other, say. A field that nobody set is absent. */
export interface CallSettings {
  readonly retries?: number;
  readonly timeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly retryOn?: RetryPredicate;
  readonly backoff?: Partial<Backoff>;
  readonly cluster?: ClusterStrategy;
  readonly loadBalance?: LoadBalancer;
  readonly attachments?: Headers;
  readonly compression?: Compression;
  readonly compressMinBytes?: number;
  /** Of clients and services only, as is `version`. */
  readonly group?: string;
  readonly version?: string;
  /** Whose servers are called, if it is not the method's own service that is looked for. Of no level: set by the client itself. */
  readonly providersOf?: Readonly<Record<"service" | "group" | "version", string>>;
  /** Of clients and services only, those of the client first; absent if there are none. */
  readonly attemptInterceptors?: readonly Interceptor[];
  /** What these were laid together from; absent for those of a client. */
  readonly layers?: { readonly base: CallSettings; readonly over: CallSettings };
}

/** Names of the options that clients and services have beside those of every level. */
export const serviceKeyNames: ReadonlySet<string> = new Set(["group", "version"]);

/** Names of the options that exist at every level. */
export const methodOptionNames: ReadonlySet<string> = new Set([
  "retries",
  "timeoutMs",
  "attemptTimeoutMs",
  "retryOn",
  "backoff",
  "cluster",
  "loadBalance",
  "attachments",
  "compression",
  "compressMinBytes",
]);

/**
 * Checks the options of one level. Names are not checked here, as levels differ in what else they take.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function checkMethodOptions(options: MethodOptions): CallSettings {
  return {
    ...present("retries", options.retries, (value) => checkWholeNumber("retries", value, 0, 100)),
    ...present("timeoutMs", options.timeoutMs, checkTimeout("timeoutMs")),
    ...present("attemptTimeoutMs", options.attemptTimeoutMs, checkTimeout("attemptTimeoutMs")),
    ...present("retryOn", options.retryOn, checkRetryOn),
    ...present("backoff", options.backoff, checkBackoff),
    ...present("cluster", options.cluster, checkCluster),
    ...present("loadBalance", options.loadBalance, checkLoadBalance),
    ...present("attachments", options.attachments, checkAttachments),
    ...present("compression", options.compression, checkCompression),
    ...present("compressMinBytes", options.compressMinBytes, checkCompressMinBytes),
  };
}

/** @throws TypeError naming field and value. */
export function checkServiceKey(options: ServiceKeyOptions): CallSettings {
  return {
    ...present("group", options.group, (value) => checkServiceKeyPart("group", value)),
    ...present("version", options.version, (value) => checkServiceKeyPart("version", value)),
  };
}

/** Without any, nothing is said, so that calls take the short way. @throws TypeError naming field and value. */
export function checkAttemptInterceptors({
  attemptInterceptors,
}: Pick<ServiceOptions, "attemptInterceptors">): CallSettings {
  if (attemptInterceptors === undefined) return {};
  const checked = checkInterceptors("attemptInterceptors", attemptInterceptors);
  return checked.length === 0 ? {} : { attemptInterceptors: checked };
}

/** @throws TypeError naming field and value. */
export function checkInterceptors(
  field: string,
  value: readonly Interceptor[],
): readonly Interceptor[] {
  if (Array.isArray(value) && value.every((one) => typeof one === "function")) return [...value];
  throw new TypeError(`${field} must be a list of functions, got ${show(value)}`);
}

/** Lays the nearer level `over` upon `base`. Attachments, backoff and attempt interceptors add up. */
export function layerSettings(base: CallSettings, over: CallSettings): CallSettings {
  const { attachments, backoff, attemptInterceptors } = base;
  const layered = {
    ...base,
    ...over,
    ...(backoff && over.backoff && { backoff: { ...backoff, ...over.backoff } }),
    ...(attachments &&
      over.attachments && { attachments: mergeAttachments(attachments, over.attachments) }),
    ...(attemptInterceptors &&
      over.attemptInterceptors && {
        attemptInterceptors: [...attemptInterceptors, ...over.attemptInterceptors],
      }),
    layers: { base, over },
  };
  if (over.backoff) checkBackoffOrder(layered.backoff);
  return layered;
}

/** What the service, the method and the call say of `field`; undefined if none of them does, whatever the client says. */
export function nearField<Field extends keyof CallSettings>(
  { layers }: CallSettings,
  field: Field,
): CallSettings[Field] | undefined {
  return layers?.over[field] ?? (layers && nearField(layers.base, field));
}

/** What they say of pauses. */
export function nearBackoff({ layers }: CallSettings): Partial<Backoff> {
  return layers === undefined ? {} : { ...nearBackoff(layers.base), ...layers.over.backoff };
}

/** Either bound may come from another level, or from the framework. */
function checkBackoffOrder(backoff: Partial<Backoff> | undefined): void {
  const { baseMs, maxMs } = { ...defaultBackoff, ...backoff };
  if (baseMs > maxMs) {
    throw new RangeError(`backoff.baseMs must be at most backoff.maxMs ${maxMs}, got ${baseMs}`);
  }
}

/** A field that is left out, or is undefined, says nothing; null and 0 are values. */
function present<Name extends string, In, Out>(
  name: Name,
  value: In | undefined,
  check: (value: In) => Out,
): { [Key in Name]?: Out } {
  return value === undefined ? {} : ({ [name]: check(value) } as { [Key in Name]: Out });
}

function checkTimeout(field: string): (value: number) => number {
  return (value) => checkNumber(field, value, 0, maxTimerMs);
}

function checkRetryOn(value: RetryOn): RetryPredicate {
  const codes: unknown = value;
  const isList = Array.isArray(codes) && codes.every(isCode);
  if (isList || typeof value === "function") return createRetryPredicate(value);
  throw new TypeError(`retryOn must be a list of Code values or a function, got ${show(value)}`);
}

/** Connect's enum names each code once by number and once by name; only numbers are values of it. */
function isCode(value: unknown): boolean {
  return typeof value === "number" && Code[value] !== undefined;
}

function checkBackoff(value: Partial<Backoff>): Partial<Backoff> {
  checkKnownOptions("backoff", value, new Set(["baseMs", "maxMs"]));
  const check = (field: string) => (ms: number) =>
    checkNumber(`backoff.${field}`, ms, 0, maxTimerMs);
  return {
    ...present("baseMs", value.baseMs, check("baseMs")),
    ...present("maxMs", value.maxMs, check("maxMs")),
  };
}

function checkCluster(value: ClusterStrategy): ClusterStrategy {
  return checkShape("cluster", value, "a cluster strategy", ["run"]);
}

function checkLoadBalance(value: LoadBalancer): LoadBalancer {
  return checkShape("loadBalance", value, "a load balancer", ["createPicker"]);
}

function checkAttachments(value: AttachmentsInit): Headers {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`attachments must be an object or Headers, got ${show(value)}`);
  }
  return createAttachments("attachments", value);
}

import { show } from "@thrice/core";
import { hedgeByPolicy } from "../strategy/hedge-by-policy.js";
import type { ThrottlingRules } from "./grpc-throttle.js";
import {
  type HedgingRules,
  type MethodRules,
  type RetryRules,
  ServiceConfig,
} from "./service-config.js";
import {
  attemptsAt,
  booleanAt,
  codesAt,
  durationAt,
  type Fields,
  listAt,
  objectAt,
  positiveAt,
  textAt,
} from "./service-config-fields.js";

/**
 * Reads a gRPC service config, as an object or as JSON text. Parts that are about something else than retries, timeouts and
 * readiness are let pass and not used: balancing, health checks, sizes of messages.
 *
 * @throws TypeError or RangeError naming path, bound and value.
 * @see https://github.com/grpc/grpc-proto/blob/master/grpc/service_config/service_config.proto
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md "Integration with Service Config"
 */
export function parseServiceConfig(config: string | object): ServiceConfig {
  const path = "serviceConfig";
  const fields = objectAt(
    path,
    typeof config === "string" ? parseJson(config) : config,
    known.config,
  );
  if (fields === undefined) throw new TypeError(`${path} must be an object, got ${show(config)}`);
  const rules = new Map<string, MethodRules>();
  listAt(`${path}.methodConfig`, fields.methodConfig).forEach((entry, index) => {
    addMethodConfig(rules, `${path}.methodConfig[${index}]`, entry);
  });
  return new ServiceConfig(rules, throttlingAt(`${path}.retryThrottling`, fields.retryThrottling));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`serviceConfig is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function addMethodConfig(rules: Map<string, MethodRules>, path: string, entry: unknown): void {
  const fields = objectAt(path, entry, known.methodConfig) ?? {};
  const said = methodRulesAt(path, fields);
  listAt(`${path}.name`, fields.name).forEach((name, index) => {
    const key = nameAt(`${path}.name[${index}]`, name);
    if (rules.has(key)) {
      throw new TypeError(`${path}.name[${index}] must not come twice, got ${show(name)}`);
    }
    rules.set(key, said);
  });
}

function nameAt(path: string, value: unknown): string {
  const fields = objectAt(path, value, known.name) ?? {};
  const service = textAt(`${path}.service`, fields.service);
  const method = textAt(`${path}.method`, fields.method);
  if (service !== "" || method === "") return `${service}/${method}`;
  throw new TypeError(`${path}.method needs a service beside it, got ${show(value)}`);
}

function methodRulesAt(path: string, fields: Fields): MethodRules {
  const { timeout } = fields;
  const waitForReady = booleanAt(`${path}.waitForReady`, fields.waitForReady);
  const retry = retryAt(`${path}.retryPolicy`, fields.retryPolicy);
  const hedging = hedgingAt(`${path}.hedgingPolicy`, fields.hedgingPolicy);
  if (retry !== undefined && hedging !== undefined) {
    throw new TypeError(`${path} must have one of retryPolicy and hedgingPolicy, got both`);
  }
  return {
    ...(timeout !== undefined &&
      timeout !== null && { timeoutMs: durationAt(`${path}.timeout`, timeout, "above 0s") }),
    ...(waitForReady !== undefined && { waitForReady }),
    ...(retry !== undefined && { retry }),
    ...(hedging !== undefined && { hedging }),
  };
}

function retryAt(path: string, value: unknown): RetryRules | undefined {
  const fields = objectAt(path, value, known.retryPolicy);
  if (fields === undefined) return undefined;
  const codes = codesAt(`${path}.retryableStatusCodes`, fields.retryableStatusCodes);
  if (codes.length === 0) {
    const got = show(fields.retryableStatusCodes);
    throw new RangeError(`${path}.retryableStatusCodes must name at least one status, got ${got}`);
  }
  return {
    retries: attemptsAt(`${path}.maxAttempts`, fields.maxAttempts) - 1,
    backoff: {
      baseMs: durationAt(`${path}.initialBackoff`, fields.initialBackoff, "above 0s"),
      maxMs: durationAt(`${path}.maxBackoff`, fields.maxBackoff, "above 0s"),
    },
    backoffMultiplier: positiveAt(`${path}.backoffMultiplier`, fields.backoffMultiplier),
    codes,
  };
}

function hedgingAt(path: string, value: unknown): HedgingRules | undefined {
  const fields = objectAt(path, value, known.hedgingPolicy);
  if (fields === undefined) return undefined;
  const delay = fields.hedgingDelay ?? "0s";
  return {
    retries: attemptsAt(`${path}.maxAttempts`, fields.maxAttempts) - 1,
    nonFatalCodes: codesAt(`${path}.nonFatalStatusCodes`, fields.nonFatalStatusCodes),
    strategy: hedgeByPolicy(durationAt(`${path}.hedgingDelay`, delay, "from 0s")),
  };
}

function throttlingAt(path: string, value: unknown): ThrottlingRules | undefined {
  const fields = objectAt(path, value, known.retryThrottling);
  if (fields === undefined) return undefined;
  const maxTokens = fields.maxTokens;
  if (
    typeof maxTokens !== "number" ||
    !(Number.isInteger(maxTokens) && maxTokens > 0 && maxTokens <= 1_000)
  ) {
    throw new RangeError(
      `${path}.maxTokens must be a whole number from 1 to 1000, got ${show(maxTokens)}`,
    );
  }
  const ratio = positiveAt(`${path}.tokenRatio`, fields.tokenRatio);
  const tokenRatio = Math.floor(ratio * 1_000 + 1e-6) / 1_000; // gRPC keeps three decimals
  if (tokenRatio > 0) return { maxTokens, tokenRatio };
  throw new RangeError(`${path}.tokenRatio must be at least 0.001, got ${show(ratio)}`);
}

/** Names of the fields, those that are let pass included. */
const known = {
  config: new Set([
    "methodConfig",
    "retryThrottling",
    "loadBalancingPolicy",
    "loadBalancingConfig",
    "healthCheckConfig",
    "connectionScaling",
  ]),
  methodConfig: new Set([
    "name",
    "timeout",
    "waitForReady",
    "retryPolicy",
    "hedgingPolicy",
    "maxRequestMessageBytes",
    "maxResponseMessageBytes",
  ]),
  name: new Set(["service", "method"]),
  retryPolicy: new Set([
    "maxAttempts",
    "initialBackoff",
    "maxBackoff",
    "backoffMultiplier",
    "retryableStatusCodes",
  ]),
  hedgingPolicy: new Set(["maxAttempts", "hedgingDelay", "nonFatalStatusCodes"]),
  retryThrottling: new Set(["maxTokens", "tokenRatio"]),
};

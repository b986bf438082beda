/**
 * Which retries a call makes, from all that is said of it: what stands near it (service, method, call), then a service config,
 * then the client, then the providers, then the framework.
 */
import {
  callDefaults,
  createRetryPredicate,
  defaultBackoff,
  type MethodRules,
  retryByDefault,
} from "@thrice/cluster";
import type { AdvertisedOptions, RetryPolicy } from "@thrice/core";
import { type CallSettings, nearBackoff, nearField } from "../options/method-options.js";

/** What is said of a call at all levels. */
export interface SaidOfCall {
  readonly settings: CallSettings;
  /** What a service config says of the method. */
  readonly rules: MethodRules | undefined;
  readonly advertised: AdvertisedOptions;
}

/** Lays all levels upon each other, field by field. */
export function effectivePolicy({ settings, rules, advertised }: SaidOfCall): RetryPolicy {
  const { retry, hedging, waitForReady } = rules ?? {};
  const retries = nearField(settings, "retries") ?? (retry ?? hedging)?.retries ?? settings.retries;
  const codes = retry?.codes ?? hedging?.nonFatalCodes;
  const retryOn =
    nearField(settings, "retryOn") ?? (codes && createRetryPredicate(codes)) ?? settings.retryOn;
  const backoff = { ...defaultBackoff, ...settings.backoff };
  return {
    retries: retries ?? advertised.retries ?? callDefaults.retries,
    retriesSet: retries !== undefined, // a provider cannot know what is safe for this caller
    retryOn: retryOn ?? retryByDefault,
    backoff: retry === undefined ? backoff : { ...retry.backoff, ...nearBackoff(settings) },
    ...(waitForReady !== undefined && { waitForReady }),
    ...(codes !== undefined && { a6: { backoffMultiplier: retry?.backoffMultiplier ?? 1 } }),
  };
}

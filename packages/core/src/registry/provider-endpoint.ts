import { type Address, formatAddress } from "../address.js";
import { maxTimerMs } from "../clock.js";
import type { AdvertisedMethod, AdvertisedOptions, Endpoint } from "../endpoint.js";

/** What an entry of a registry says, or why it cannot be used. */
export type ProviderEntry =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly reason: string };

/**
 * Makes an endpoint of what a registry knows of a provider. Its parameters `weight` and `zone` describe it.
 *
 * Units: `weight` is relative, 0 to 1 000 000, and 100 if unset.
 */
export function endpointFromProvider(address: Address): ProviderEntry {
  const id = formatAddress(address);
  const { zone = "" } = address.params;
  const weight = weightOf(address);
  const share = numberFrom(weight, 1_000_000);
  if (share === undefined) {
    return { ok: false, reason: `weight ${JSON.stringify(weight)} is no number from 0 to 1000000` };
  }
  return { ok: true, endpoint: Object.freeze({ id, address, weight: share, zone }) };
}

/** Dubbo-go writes 0 where no weight was set. @see dubbo-go server/action.go, getUrlMap */
function weightOf({ params: { weight = "100", release = "" } }: Address): string {
  return weight === "0" && release.startsWith("dubbo-golang-") ? "100" : weight;
}

/**
 * What a provider advertises: `retries` and `timeout` (milliseconds) for all methods, and for one method behind its name, as
 * `methods.Greet.retries` (Go) or `Greet.retries` (Java). What is no such number says nothing.
 *
 * @see dubbo-go common/constant/key.go and Dubbo's ReferenceConfig for the names
 */
export function advertisedByProvider({ params }: Address): AdvertisedOptions {
  const known = advertised.get(params);
  if (known !== undefined) return known;
  const byMethod: Record<string, AdvertisedMethod> = Object.create(null);
  for (const name of Object.keys(params)) {
    const [, method] = /^(?:methods\.)?([^.]+)\.(?:retries|timeout)$/.exec(name) ?? [];
    if (method === undefined || method === "methods") continue;
    byMethod[method] ??= {
      ...optionsFrom(params[`${method}.retries`], params[`${method}.timeout`]),
      ...optionsFrom(params[`methods.${method}.retries`], params[`methods.${method}.timeout`]),
    };
  }
  const isByMethod = Object.keys(byMethod).length > 0;
  const options = Object.freeze({
    ...optionsFrom(params.retries, params.timeout),
    ...(isByMethod && { methods: Object.freeze(byMethod) }),
  });
  advertised.set(params, options);
  return options;
}

/** Lists of endpoints are read far more often than their addresses change. */
const advertised = new WeakMap<object, AdvertisedOptions>();

function optionsFrom(retries: string | undefined, timeout: string | undefined): AdvertisedMethod {
  const times = numberFrom(retries, 100);
  const attemptTimeoutMs = numberFrom(timeout, maxTimerMs);
  return {
    ...(times !== undefined && Number.isInteger(times) && { retries: times }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
  };
}

function numberFrom(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

import {
  type Address,
  type AdvertisedOptions,
  checkNumber,
  checkWholeNumber,
  type Directory,
  type Endpoint,
  formatAddress,
  maxTimerMs,
  type Snapshot,
} from "@thrice/core";

/** Weight of an endpoint that says none. */
const usualWeight = 100;

/**
 * Makes a directory whose endpoints never change. An address that stands twice counts once.
 *
 * Shape: of what stands behind the `?` of an address, `weight` and `zone` describe the endpoint; `retries` and
 * `timeout` (milliseconds) are what the provider advertises, and the first address that names one counts.
 *
 * @throws RangeError naming the address and the parameter that is out of range.
 */
export function createStaticDirectory(addresses: readonly Address[]): Directory {
  const ids = new Set<string>();
  const endpoints: Endpoint[] = [];
  let advertised: AdvertisedOptions = {};
  for (const address of addresses) {
    const endpoint = endpointFromAddress(address);
    const { size } = ids;
    if (ids.add(endpoint.id).size > size) endpoints.push(endpoint);
    const more = advertisedBy(address);
    // The first that names one counts.
    if (more !== undefined) advertised = { ...more, ...advertised };
  }
  Object.freeze(advertised);
  const snapshot: Snapshot = Object.freeze({ endpoints: Object.freeze(endpoints), advertised });
  return { snapshot: () => snapshot };
}

function endpointFromAddress(address: Address): Endpoint {
  const id = formatAddress(address);
  const { weight, zone = "" } = address.params;
  return Object.freeze({ id, address, weight: weightFrom(weight, id), zone });
}

function weightFrom(text: string | undefined, id: string): number {
  if (text === undefined) return usualWeight;
  return checkNumber(`weight of ${id}`, numberFrom(text), 0, 1_000_000);
}

function advertisedBy(address: Address): AdvertisedOptions | undefined {
  const { retries, timeout } = address.params;
  if (retries === undefined && timeout === undefined) return undefined;
  const id = formatAddress(address);
  return {
    ...(retries !== undefined && {
      retries: checkWholeNumber(`retries of ${id}`, numberFrom(retries), 0, 100),
    }),
    ...(timeout !== undefined && {
      attemptTimeoutMs: checkNumber(`timeout of ${id}`, numberFrom(timeout), 0, maxTimerMs),
    }),
  };
}

/** Leaves text that is no number as it is, for the check to name. */
function numberFrom(text: string): number | string {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

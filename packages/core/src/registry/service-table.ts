/** Addresses by service, as a static list and a file have them. */
import { type Address, parseAddresses } from "../address.js";
import { show } from "../check.js";
import type { Endpoint } from "../endpoint.js";
import { formatServiceKey } from "../service-key.js";
import { endpointFromProvider } from "./provider-endpoint.js";
import type { ServiceName } from "./registry.js";

/**
 * Shape: by service key, as `greet.GreetService` or `group/greet.GreetService:version`, one or more addresses as in the option
 * `url` of a client. The key `*` stands for every service that is not named.
 */
export type ServiceAddresses = Readonly<Record<string, string | readonly string[]>>;

/** The endpoints of each service, by service key. */
export type ServiceTable = ReadonlyMap<string, readonly Endpoint[]>;

/** @throws TypeError or RangeError naming the service, what is wrong, and the text. */
export function readServiceTable(services: unknown): ServiceTable {
  if (typeof services !== "object" || services === null || Array.isArray(services)) {
    throw new TypeError(`services must be addresses by service, got ${show(services)}`);
  }
  const table = new Map<string, readonly Endpoint[]>();
  for (const [key, addresses] of Object.entries(services)) {
    const isEmpty = Array.isArray(addresses) && addresses.length === 0;
    table.set(key, isEmpty ? [] : readAddresses(key, addresses));
  }
  return table;
}

/** What the table has for a service: undefined if it does not name it. */
export function findInTable(
  table: ServiceTable,
  { service, group, version }: ServiceName,
): readonly Endpoint[] | undefined {
  return table.get(formatServiceKey(service, group, version)) ?? table.get("*");
}

function readAddresses(key: string, addresses: unknown): readonly Endpoint[] {
  try {
    return parseAddresses(addresses).map(endpointFrom);
  } catch (cause) {
    const { name, message } = cause as Error;
    const text = `services[${show(key)}]: ${message}`;
    throw name === "RangeError" ? new RangeError(text) : new TypeError(text);
  }
}

function endpointFrom(address: Address): Endpoint {
  const entry = endpointFromProvider(address);
  if (entry.ok) return entry.endpoint;
  throw new RangeError(entry.reason);
}

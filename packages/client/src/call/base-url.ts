import { authorityOf } from "@thrice/core";
import type { ResolvedClientOptions } from "../options/client-options.js";

/** Scheme and host as interceptors see them: those of the first endpoint, since it is not known yet which one is called. */
export function baseUrl({ directory, tls }: ResolvedClientOptions): string {
  const [endpoint] = directory.snapshot().endpoints;
  const authority = endpoint ? authorityOf(endpoint.address) : "no-endpoint.invalid";
  return `${tls === undefined ? "http" : "https"}://${authority}`;
}

import type { ResolvedClientOptions } from "../options/client-options.js";

/** Scheme and host as interceptors see them: those of the first endpoint, since it is not known yet which one is called. */
export function baseUrl({ directory, tls }: ResolvedClientOptions): string {
  const endpoint = directory.snapshot().endpoints[0];
  return `${tls === undefined ? "http" : "https"}://${endpoint?.id ?? "no-endpoint.invalid"}`;
}

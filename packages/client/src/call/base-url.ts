import { authorityOf, type Directory } from "@thrice/core";

/** Scheme and host as interceptors see them: those of the first endpoint, since it is not known yet which one is called. */
export function baseUrl(directory: Directory, isSecure: boolean): string {
  const [endpoint] = directory.snapshot().endpoints;
  const authority = endpoint ? authorityOf(endpoint.address) : "no-endpoint.invalid";
  return `${isSecure ? "https" : "http"}://${authority}`;
}

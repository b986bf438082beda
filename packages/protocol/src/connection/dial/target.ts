import { formatAddress, type Place } from "@thrice/core";

/** Where a peer listens: a TCP port, or the path of a Unix domain socket. */
export type Target = Place;

/** Names a target in errors and logs: `host:port` or `unix:path`. */
export function formatTarget(target: Target): string {
  return formatAddress(target);
}

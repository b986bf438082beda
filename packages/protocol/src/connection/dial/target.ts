import { formatAddress } from "@thrice/core";

/** Where a peer listens: a TCP port, or the path of a Unix domain socket. */
export type Target = TcpTarget | UnixTarget;

/** A port of a host. */
export interface TcpTarget {
  /** Name or IP address, without brackets. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
}

/** A Unix domain socket. */
export interface UnixTarget {
  readonly path: string;
}

/** Names a target in errors and logs: `host:port` or `unix:path`. */
export function formatTarget(target: Target): string {
  return "path" in target ? `unix:${target.path}` : formatAddress(target);
}

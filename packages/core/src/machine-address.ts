import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * The first address of this machine that is not a loopback, IPv4 first; a machine without a network is known to itself alone,
 * as 127.0.0.1.
 */
export function machineAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  const found = outer.find(({ address }) => isIP(address) === 4) ?? outer[0];
  return found?.address ?? "127.0.0.1";
}

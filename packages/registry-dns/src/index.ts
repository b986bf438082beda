export { type DnsRegistryOptions, dnsRegistry } from "./dns-registry.js";

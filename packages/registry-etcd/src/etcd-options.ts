import type { ClientTlsOptions } from "@thrice/client";
import {
  checkKnownOptions,
  checkWholeNumber,
  type Logger,
  parseAddresses,
  type RegistryClock,
  show,
} from "@thrice/core";
import {
  type LayoutOptions,
  layoutOptionNames,
  type ResolvedLayout,
  resolveLayout,
} from "@thrice/registry-dubbo";

/** Options of `etcdRegistry`. */
export interface EtcdRegistryOptions extends LayoutOptions {
  /** Members of the cluster: `http://10.0.0.1:2379`, `https://…`, or `host:port`. They take each other's place. */
  readonly members: string | readonly string[];
  /** Secures the connections, as `tls` of a client. @defaultValue true where members say `https://`, else false */
  readonly tls?: boolean | ClientTlsOptions | undefined;
  /** User to sign in as, with `password`. @defaultValue none */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Stands before every key, so that several houses can share a cluster. @defaultValue none */
  readonly namespace?: string | undefined;
  /** Time after which the entries of a process that has died are gone, in seconds, 2 to 3 600. @defaultValue 10 */
  readonly leaseSeconds?: number | undefined;
}

/** The options with every default filled in. */
export interface ResolvedEtcdOptions {
  readonly members: readonly string[];
  readonly tls: boolean | ClientTlsOptions;
  readonly user: { readonly name: string; readonly password: string } | undefined;
  readonly namespace: string;
  readonly layout: ResolvedLayout;
  readonly leaseSeconds: number;
  readonly logger: Logger;
  readonly clock: RegistryClock;
  readonly random: () => number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveEtcdOptions(options: EtcdRegistryOptions): ResolvedEtcdOptions {
  checkKnownOptions("options of etcdRegistry", options, known);
  const { namespace = "", leaseSeconds = 10 } = options;
  const layout = resolveLayout(options);
  const { members, isSecure } = readMembers(options.members);
  const { tls = isSecure } = options;
  if (isSecure && tls === false) throw new TypeError("tls is false, but members say https://");
  return {
    members,
    tls,
    user: readUser(options),
    namespace: checkText("namespace", namespace),
    layout,
    leaseSeconds: checkWholeNumber("leaseSeconds", leaseSeconds, 2, 3_600),
    logger: layout.logger,
    clock: layout.clock,
    random: layout.random,
  };
}

function readMembers(value: unknown): { members: readonly string[]; isSecure: boolean } {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const schemes = new Set<string>();
  const members = texts.map((text) => {
    if (typeof text !== "string" || text === "") {
      throw new TypeError(
        `members must be text such as "http://10.0.0.1:2379", got ${show(value)}`,
      );
    }
    const [, scheme = "http", place = ""] = /^(?:(https?):\/\/)?(.*?)\/?$/.exec(text) ?? [];
    schemes.add(scheme);
    parseAddresses(place);
    return /:\d+$/.test(place) ? place : `${place}:2379`;
  });
  if (members.length === 0) throw new TypeError(`members names no member, got ${show(value)}`);
  if (schemes.size > 1) {
    throw new TypeError(`members mix http:// and https://, got ${show(value)}`);
  }
  return { members, isSecure: schemes.has("https") };
}

function readUser({ username, password }: EtcdRegistryOptions): ResolvedEtcdOptions["user"] {
  if (username === undefined && password === undefined) return undefined;
  if (typeof username === "string" && username !== "" && typeof password === "string") {
    return { name: username, password };
  }
  throw new TypeError(`username and password go together, got username ${show(username)}`);
}

function checkText(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${field} must be text, got ${show(value)}`);
}

const known: ReadonlySet<string> = new Set([
  "members",
  "tls",
  "username",
  "password",
  "namespace",
  "leaseSeconds",
  ...layoutOptionNames,
]);

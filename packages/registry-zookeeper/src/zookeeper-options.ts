import {
  checkKnownOptions,
  checkWholeNumber,
  type Logger,
  parseAddresses,
  type RegistryClock,
  show,
  type TcpAddress,
} from "@thrice/core";
import { type ClientTls, type ClientTlsOptions, resolveClientTls } from "@thrice/protocol";
import {
  type LayoutOptions,
  layoutOptionNames,
  type ResolvedLayout,
  resolveLayout,
} from "@thrice/registry-dubbo";
import type { Permission } from "./wire/protocol.js";

/** Options of `zookeeperRegistry`. */
export interface ZookeeperRegistryOptions extends LayoutOptions {
  /**
   * Servers of the ensemble, `host:port`, in a list or as one text: `zk1:2181,zk2:2181/prod`. What follows the last one is the
   * node that everything is below (chroot). They take each other's place.
   */
  readonly members: string | readonly string[];
  /** Secures the connections, as `tls` of a client. @defaultValue false */
  readonly tls?: boolean | ClientTlsOptions | undefined;
  /** User to sign in as (scheme digest), with `password`. @defaultValue none */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /**
   * Who may do what with the nodes that are made: `open`, everybody everything; `creator`, the user who makes them, and
   * nobody else; or a list. @defaultValue `creator` with a user, else `open`
   */
  readonly acl?: "open" | "creator" | readonly ZookeeperPermission[] | undefined;
  /**
   * Time after which a process that gives no sign of life is taken for dead, in milliseconds, 1 000 to 600 000. Servers bound it,
   * from twice to twenty times their `tickTime`, and take up to one more. @defaultValue 8_000, so that entries are gone within
   * ten seconds where a tick is two, as it is unless servers are told otherwise
   */
  readonly sessionTimeoutMs?: number | undefined;
}

/** One entry of an access list, as ZooKeeper has it: `{ scheme: "world", id: "anyone", permissions: "r" }`. */
export interface ZookeeperPermission {
  /** `world`, `auth`, `digest`, `ip`, `x509`, … */
  readonly scheme: string;
  /** Whom the scheme is to let in; empty with `auth`. */
  readonly id: string;
  /** Letters of what is allowed: `c`reate, `d`elete, `r`ead, `w`rite, `a`dmin. */
  readonly permissions: string;
}

/** The options with every default filled in. */
export interface ResolvedZookeeperOptions {
  readonly name: "zookeeper";
  readonly members: readonly TcpAddress[];
  /** What every path begins with: empty, or `/prod`. */
  readonly chroot: string;
  readonly tls: ClientTls | undefined;
  readonly user: { readonly name: string; readonly password: string } | undefined;
  readonly acl: readonly Permission[];
  readonly sessionTimeoutMs: number;
  readonly layout: ResolvedLayout;
  readonly logger: Logger;
  readonly clock: RegistryClock;
  readonly random: () => number;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveZookeeperOptions(
  options: ZookeeperRegistryOptions,
): ResolvedZookeeperOptions {
  checkKnownOptions("options of zookeeperRegistry", options, known);
  const { sessionTimeoutMs = 8_000 } = options;
  const layout = resolveLayout(options);
  const user = readUser(options);
  const { acl = user === undefined ? "open" : "creator" } = options;
  return {
    name: "zookeeper",
    ...readMembers(options.members),
    tls: resolveClientTls(options.tls),
    user,
    acl: readAcl(acl, user !== undefined),
    sessionTimeoutMs: checkWholeNumber("sessionTimeoutMs", sessionTimeoutMs, 1_000, 600_000),
    layout,
    logger: layout.logger,
    clock: layout.clock,
    random: layout.random,
  };
}

function readMembers(value: unknown): Pick<ResolvedZookeeperOptions, "members" | "chroot"> {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  const places: string[] = [];
  const chroots = new Set<string>();
  for (const text of texts) {
    if (typeof text !== "string" || text === "") {
      throw new TypeError(
        `members must be text such as "zk1:2181,zk2:2181/prod", got ${show(value)}`,
      );
    }
    const [, hosts = "", path = ""] = /^(?:zookeeper:\/\/)?([^/]*)(.*?)\/?$/s.exec(text) ?? [];
    places.push(...hosts.split(",").map((host) => host.trim()));
    chroots.add(path);
  }
  if (places.length === 0) throw new TypeError(`members names no member, got ${show(value)}`);
  if (chroots.size > 1) throw new TypeError(`members end in different paths, got ${show(value)}`);
  const [chroot = ""] = chroots;
  if (!/^(?:\/(?!\.{1,2}(?:\/|$))[^/\s]+)*$/.test(chroot)) {
    throw new TypeError(`the path of members must be names between slashes, got ${show(chroot)}`);
  }
  return { members: places.map(readPlace), chroot };
}

function readPlace(text: string): TcpAddress {
  const [address] = parseAddresses(/:\d+$/.test(text) ? text : `${text}:2181`);
  if (address !== undefined && "host" in address) return address;
  throw new TypeError(`members must be host:port, got ${show(text)}`);
}

function readUser({
  username,
  password,
}: ZookeeperRegistryOptions): ResolvedZookeeperOptions["user"] {
  if (username === undefined && password === undefined) return undefined;
  if (typeof username === "string" && /^[^:]+$/.test(username) && typeof password === "string") {
    return { name: username, password };
  }
  throw new TypeError(
    `username, without a colon, and password go together, got username ${show(username)}`,
  );
}

function readAcl(acl: unknown, hasUser: boolean): readonly Permission[] {
  if (acl === "open") return [{ scheme: "world", id: "anyone", bits: 31 }];
  if (acl === "creator") {
    if (hasUser) return [{ scheme: "auth", id: "", bits: 31 }];
    throw new TypeError('acl "creator" needs username and password');
  }
  if (!Array.isArray(acl) || acl.length === 0) {
    throw new TypeError(`acl must be "open", "creator" or a list, got ${show(acl)}`);
  }
  return acl.map((entry: unknown, at) => {
    const { scheme, id, permissions } = (entry ?? {}) as Record<string, unknown>;
    if (typeof scheme === "string" && typeof id === "string" && typeof permissions === "string") {
      const bits = [...permissions].map((letter) => bitOf[letter] ?? Number.NaN);
      const sum = [...new Set(bits)].reduce((all, bit) => all + bit, 0);
      if (sum > 0) return { scheme, id, bits: sum };
    }
    throw new TypeError(
      `acl[${at}] must be { scheme, id, permissions } with letters of "cdrwa", got ${show(entry)}`,
    );
  });
}

/** @see org.apache.zookeeper.ZooDefs.Perms */
const bitOf: Readonly<Record<string, number>> = { r: 1, w: 2, c: 4, d: 8, a: 16 };

const known: ReadonlySet<string> = new Set([
  "members",
  "tls",
  "username",
  "password",
  "acl",
  "sessionTimeoutMs",
  ...layoutOptionNames,
]);

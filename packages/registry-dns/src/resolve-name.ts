/** Asks for the addresses of a name, with the time for which the answer holds. */
import type { Resolver } from "node:dns/promises";
import type { TcpAddress } from "@thrice/core";

/** What DNS says of a name. */
export interface Resolved {
  readonly addresses: readonly TcpAddress[];
  /** How long the answer holds, in milliseconds; `Infinity` if nothing is said of that. */
  readonly ttlMs: number;
}

/** What is asked of a resolver. */
export type Questions = Pick<Resolver, "resolve4" | "resolve6" | "resolveSrv">;

/**
 * Resolves `name`: SRV records if it begins with `_`, else A and AAAA. A name without records has no address. Of SRV records,
 * those of the lowest priority count; their weights are the endpoints', where one of them is above 0.
 *
 * Node.js does not tell the TTL of SRV records; that of the targets' addresses counts.
 *
 * @throws Error, as a rejection, if there was no answer, or one of failure; also if only one of the two families failed.
 * @see https://www.rfc-editor.org/rfc/rfc2782
 */
export function resolveName(questions: Questions, name: TcpAddress): Promise<Resolved> {
  return name.host.startsWith("_") ? resolveSrv(questions, name) : resolveHost(questions, name);
}

async function resolveHost(questions: Questions, name: TcpAddress): Promise<Resolved> {
  const [four, six] = await Promise.all([
    orNone(questions.resolve4(name.host, { ttl: true })),
    orNone(questions.resolve6(name.host, { ttl: true })),
  ]);
  const records = [...four, ...six];
  return {
    addresses: records.map(({ address }) => ({ ...name, host: address })),
    ttlMs: Math.min(...records.map(({ ttl }) => ttl * 1_000)),
  };
}

async function resolveSrv(questions: Questions, { host, params }: TcpAddress): Promise<Resolved> {
  const all = await orNone(questions.resolveSrv(host));
  const first = Math.min(...all.map(({ priority }) => priority));
  const records = all.filter(({ priority }) => priority === first);
  const isWeighted = records.some(({ weight }) => weight > 0);
  const resolved = await Promise.all(
    records.map((record) => {
      // Where others have a weight, 0 is next to none.
      const weight = isWeighted && { weight: String(Math.max(record.weight, 0.01)) };
      const target = { host: record.name, port: record.port, params: { ...params, ...weight } };
      return resolveHost(questions, target);
    }),
  );
  return {
    addresses: resolved.flatMap(({ addresses }) => addresses),
    ttlMs: Math.min(...resolved.map(({ ttlMs }) => ttlMs)),
  };
}

/** That there is no such record, or no such name, is an answer. */
async function orNone<T>(question: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await question;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENODATA" || code === "ENOTFOUND") return [];
    throw cause;
  }
}

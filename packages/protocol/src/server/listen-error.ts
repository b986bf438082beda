import type { ListenOptions } from "./listen.js";

/** Tells in one line, for the person who starts the server, why it cannot listen. */
export function listenError(where: ListenOptions, cause: NodeJS.ErrnoException): Error {
  const why = reasons.get(cause.code ?? "") ?? cause.message;
  return new Error(`cannot listen on ${placeOf(where)}: ${why} (${cause.code})`, { cause });
}

function placeOf(where: ListenOptions): string {
  if ("path" in where) return `unix:${where.path}`;
  return where.host === undefined ? `port ${where.port}` : `port ${where.port} of ${where.host}`;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "another program is using it"],
  ["EACCES", "this user may not use it"],
  ["EADDRNOTAVAIL", "this machine does not have that address"],
  ["ENOTFOUND", "no such host name"],
  ["ENOENT", "its folder does not exist"],
  ["ENOTSOCK", "a file that is no socket has this name"],
]);

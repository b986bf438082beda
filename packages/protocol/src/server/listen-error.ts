/** Tells in one line, for the person who starts the server, why it cannot listen. */
export function listenError(
  host: string | undefined,
  port: number,
  cause: NodeJS.ErrnoException,
): Error {
  const where = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
  const why = reasons.get(cause.code ?? "") ?? cause.message;
  return new Error(`cannot listen on ${where}: ${why} (${cause.code})`, { cause });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "another program is using it"],
  ["EACCES", "this user may not use it"],
  ["EADDRNOTAVAIL", "this machine does not have that address"],
  ["ENOTFOUND", "no such host name"],
]);

/** Fields of an answer as HTTP/2 takes them: those that speak about an HTTP/1.1 connection are left out. */
export function fieldsFromHeaders(headers: Headers | undefined): string[] {
  const fields: string[] = [];
  for (const [name, value] of headers ?? []) {
    if (!connectionNames.has(name)) fields.push(name, value);
  }
  return fields;
}

/** @see RFC 9113 section 8.2.2 */
const connectionNames: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

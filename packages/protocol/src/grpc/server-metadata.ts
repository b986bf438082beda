/** What a handler put into `Headers`, as fields of HTTP/2. */

/**
 * Appends the entries of `headers` to `fields`, names and values by turns. Names that belong to the protocol or to
 * HTTP/1.1 connections are left out: a handler cannot break the answer with them.
 */
export function appendMetadata(fields: string[], headers: Headers): void {
  for (const [name, value] of headers) {
    if (!reserved.has(name)) fields.push(name, value);
  }
}

const reserved: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-status-details-bin",
  "grpc-timeout",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

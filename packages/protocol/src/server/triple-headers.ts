/** Headers by which Triple's own unary protocol differs from Connect's, whose handlers answer it. */

/**
 * Renames the headers of Triple that Connect knows by another name. What no request of Triple's may say is returned as
 * the reason to refuse it.
 *
 * @see dubbo-go protocol/triple/triple_protocol/protocol_triple.go
 */
export function adoptTripleHeaders(headers: Headers): string | undefined {
  const version = headers.get("triple-protocol-version");
  if (version !== null && version !== tripleVersion) {
    return `triple-protocol-version must be "${tripleVersion}": got "${version}"`;
  }
  const timeout = headers.get("triple-timeout-ms");
  if (timeout !== null && !headers.has("connect-timeout-ms")) {
    headers.set("connect-timeout-ms", timeout);
  }
  return undefined;
}

const tripleVersion = "0.1.0";

/**
 * Which metadata a handler may send. A handler often hands on what another server said, such as all headers of a
 * `fetch`; names that belong to the connection or to the protocol would break the answer, the connection, or, as Node.js
 * throws in a callback of its own, the process.
 */
import type { ConnectError } from "@connectrpc/connect";

/** Adds to `target` what a handler may send of `metadata`, and leaves out the rest without a word. */
export function addSendable(target: Headers, metadata: Headers): void {
  for (const [name, value] of metadata) {
    if (isSendable(name, value)) target.append(name, value);
  }
}

/**
 * Hands back `error`, or a view of it with the metadata that may be sent. The error that was thrown stays as it is: its
 * thrower may hold on to it.
 */
export function withSendableMetadata(error: ConnectError): ConnectError {
  const given = error.metadata;
  const fields = fieldsOf(given);
  if (given instanceof Headers && fields.every(([name, value]) => isSendable(name, value))) {
    return error;
  }
  const metadata = new Headers();
  addSendable(metadata, new Headers(fields));
  return Object.create(error, { metadata: { value: metadata, enumerable: true } });
}

/** An error of another library that looks like Connect's may hold anything. */
function fieldsOf(metadata: Headers): [string, string][] {
  try {
    return [...new Headers(metadata)];
  } catch {
    return [];
  }
}

function isSendable(name: string, value: string): boolean {
  if (forbidden.has(name) || badValue.test(value)) return false;
  return !reservedPrefix.test(name) || name === "grpc-retry-pushback-ms";
}

/** Both protocols keep these to themselves, but for the pushback, which is the handler's to say. */
const reservedPrefix = /^(grpc|connect)-/;

/** Control characters, which `Headers` lets pass and HTTP does not: RFC 9110 section 5.5. */
const badValue = /[^\t\x20-\x7e\x80-\xff]/;

/** @see RFC 9113 section 8.2.2 for those of the connection; the others say how this very answer is written. */
const forbidden: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te"],
  ...["http2-settings", "host", "trailer", "content-length"],
  ...["content-type", "content-encoding", "accept-encoding", "date", "user-agent"],
]);

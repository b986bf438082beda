import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";

/** Converts headers off the wire; pseudo headers, and what cannot be a header, are left out. */
export function headersFromNode(incoming: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || name.startsWith(":")) continue;
    for (const one of Array.isArray(value) ? value : [value]) appendIfValid(headers, name, one);
  }
  return headers;
}

/** Converts headers for the wire. */
export function nodeFromHeaders(headers: Headers): OutgoingHttpHeaders {
  return Object.fromEntries(headers);
}

function appendIfValid(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch {
    // The peer sent bytes that no header may hold; the rest of its answer still counts.
  }
}

/** Attachments: string metadata of a call, carried as HTTP headers. */
import { show } from "./check.js";

/** What a caller may give as attachments; a list sends one header line per value. */
export type AttachmentsInit = Headers | Readonly<Record<string, string | readonly string[]>>;

/**
 * Checks attachments and turns them into headers; names are lower-cased.
 *
 * @throws TypeError naming the attachment, if a name or value cannot be a header, or the name
 * belongs to the protocol (`content-type`, `grpc-…`) or steers a Dubbo provider (`retries`,
 * `timeout`), and so must not travel from hop to hop.
 */
export function createAttachments(field: string, init: AttachmentsInit): Headers {
  checkInit(field, init);
  const headers = new Headers();
  const entries = init instanceof Headers ? init.entries() : Object.entries(init);
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) append(headers, field, name, one);
  }
  return headers;
}

/** Lays `over` upon `base`: a name in `over` replaces all values of that name. Neither is changed. */
export function mergeAttachments(base: Headers, over: Headers): Headers {
  const merged = new Headers(base);
  for (const name of over.keys()) merged.delete(name);
  for (const [name, value] of over) merged.append(name, value);
  return merged;
}

const reserved = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "keep-alive",
  "proxy-connection",
  "retries",
  "te",
  "timeout",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const reservedPrefix = /^(?::|grpc-|connect-|triple-|tri-)/;

function checkInit(field: string, init: unknown): void {
  if (init instanceof Headers) return;
  const isPlain = typeof init === "object" && init !== null && !(Symbol.iterator in init);
  if (!isPlain) throw new TypeError(`${field} must be an object or Headers, got ${show(init)}`);
}

function append(headers: Headers, field: string, name: string, value: unknown): void {
  const lower = name.toLowerCase();
  if (reserved.has(lower) || reservedPrefix.test(lower)) {
    throw new TypeError(
      `${field}: ${show(name)} is set by the protocol and cannot be an attachment`,
    );
  }
  if (typeof value !== "string") {
    throw new TypeError(`${field}: ${show(name)} must be text, got ${show(value)}`);
  }
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw new TypeError(
      `${field}: ${show(name)} must be printable ASCII, got ${show(value)}; encode other text, for example as base64`,
    );
  }
  // Headers would trim it without a word, and the handler would read another value than was given.
  if (/^[\t ]|[\t ]$/.test(value)) {
    throw new TypeError(
      `${field}: ${show(name)} must not begin or end with a blank, got ${show(value)}`,
    );
  }
  try {
    headers.append(name, value);
  } catch (cause) {
    throw new TypeError(`${field}: ${show(name)} with value ${show(value)} cannot be a header`, {
      cause,
    });
  }
}

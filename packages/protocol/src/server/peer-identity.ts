/** Who a caller is, by the certificate that it has shown. */
import type { X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import { parseAltNames } from "./alt-names.js";

/** What a caller's certificate says, which somebody in `tls.ca` has signed. */
export interface PeerIdentity {
  /** Distinguished name: `CN=orders, O=Example`. Signs in a value that mean something there follow a backslash. */
  readonly subject: string;
  /** The `CN` of the subject; undefined unless there is exactly one. */
  readonly commonName: string | undefined;
  /** Distinguished name of who signed it. */
  readonly issuer: string;
  /** Names that the certificate is for: host names, */
  readonly dnsNames: readonly string[];
  /** addresses, */
  readonly ipAddresses: readonly string[];
  /** URIs such as `spiffe://example/orders`, */
  readonly uris: readonly string[];
  /** and mail addresses. */
  readonly emails: readonly string[];
  /** SHA-256 of the certificate, in hexadecimal with colons: `3F:0A:…`. */
  readonly fingerprint: string;
  readonly serialNumber: string;
  /** The rest of what it says. */
  readonly certificate: X509Certificate;
}

/**
 * Who sends a call: for handlers in `context.values`, for interceptors in `request.contextValues`. Undefined unless the server
 * asks callers for certificates with `tls.ca` or `tls.caFile`.
 */
export const peerKey: ContextKey<PeerIdentity | undefined> = createContextKey<
  PeerIdentity | undefined
>(undefined, { description: "identity of the caller" });

/** Reads who is at the other end, once per connection. */
export function identityOf(socket: object): PeerIdentity | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = identities.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const identity = identityFrom(certificate);
  identities.set(socket, identity);
  return identity;
}

/** Notes who sends a call. */
export function keepPeer(values: ContextValues, peer: PeerIdentity): void {
  values.set(peerKey, peer);
}

/** Values of a call that hold nothing else. */
export function valuesWithPeer(peer: PeerIdentity): ContextValues {
  return createContextValues().set(peerKey, peer);
}

const identities = new WeakMap<TLSSocket, PeerIdentity>();

function identityFrom(certificate: X509Certificate): PeerIdentity {
  const names = parseAltNames(certificate.subjectAltName ?? "");
  const { CN: commonName } = (certificate.toLegacyObject().subject ?? {}) as { CN?: unknown };
  return {
    subject: oneLine(certificate.subject),
    commonName: typeof commonName === "string" ? commonName : undefined,
    issuer: oneLine(certificate.issuer),
    dnsNames: names.get("DNS") ?? [],
    ipAddresses: names.get("IP Address") ?? [],
    uris: names.get("URI") ?? [],
    emails: names.get("email") ?? [],
    fingerprint: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
    certificate,
  };
}

/** Node.js puts each part on a line of its own; a comma within one has a backslash before it. */
function oneLine(name: string | undefined): string {
  return (name ?? "").split("\n").join(", ");
}

/** An error of Node.js or OpenSSL. */
interface CodedError extends Error {
  readonly code?: string;
  /** OpenSSL's text without places in its source; or, of a wrong name, what the certificate is for. */
  readonly reason?: string;
}

/** Says in plain words why a connection could not be secured; undefined if `error` is of another kind. */
export function explainTlsError(error: CodedError): string | undefined {
  const { code = "", reason = error.message } = error;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `the peer's certificate is for another name: ${reason.trim()} (${code})`;
  }
  if (code === noAlpnCode) return error.message;
  const known = texts.get(code);
  if (known !== undefined) return `${known} (${code})`;
  return code.startsWith("ERR_SSL_") ? `TLS failed: ${reason} (${code})` : undefined;
}

/** Made when a peer speaks TLS and agrees to nothing by ALPN. */
export function noAlpnError(): Error {
  return Object.assign(new Error(noAlpn), { code: noAlpnCode });
}

const noAlpnCode = "ERR_THRICE_NO_ALPN";
const noAlpn = "the peer chose no h2 by ALPN";
const untrusted = "the peer's certificate is signed by nobody who is trusted here; see tls.ca";
const noTls = "the peer does not speak TLS";
const refused = "the peer does not trust the certificate in tls.cert";

const texts: ReadonlyMap<string, string> = new Map([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", untrusted],
  ["SELF_SIGNED_CERT_IN_CHAIN", untrusted],
  ["UNABLE_TO_GET_ISSUER_CERT", untrusted],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", untrusted],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", untrusted],
  ["CERT_HAS_EXPIRED", "the peer's certificate has expired"],
  ["CERT_NOT_YET_VALID", "the peer's certificate is not valid yet"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", noTls],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", noTls],
  ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", noAlpn],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "the peer asks for a certificate; see tls.cert"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", refused],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", refused],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", refused],
]);

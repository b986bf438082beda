import type { TlsOptions } from "node:tls";
import { checkKnownOptions, checkNumber, maxTimerMs } from "@thrice/core";
import { checkCertificates, checkKeyPair, type Pem } from "./check-pem.js";

/** What a server shows its callers, and what it asks of them. Files are given by their content, not by their path. */
export interface ServerTlsOptions {
  /** Certificate of the server, with its chain. */
  readonly cert: Pem;
  /** Key of `cert`, not encrypted. */
  readonly key: Pem;
  /** Certificates that have to sign a caller's. Set, callers without such a certificate are turned away. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Bound of the handshake, in milliseconds. @defaultValue 10_000 */
  readonly handshakeTimeoutMs?: number | undefined;
}

/** What connections are secured with, as Node.js takes it. */
export type ServerTls = TlsOptions;

/**
 * Reads the option `tls` of a server; `undefined` means in the clear.
 *
 * @throws TypeError or RangeError naming the field that is wrong.
 */
export function resolveServerTls(options: ServerTlsOptions | undefined): ServerTls | undefined {
  if (options === undefined) return undefined;
  checkKnownOptions("tls", options, known);
  const { cert, key, ca, handshakeTimeoutMs = 10_000 } = options;
  return {
    ...checkKeyPair(cert, key),
    ...(ca !== undefined && {
      ca: checkCertificates("tls.ca", ca),
      requestCert: true,
      rejectUnauthorized: true,
    }),
    ALPNProtocols: ["h2", "http/1.1"],
    minVersion: "TLSv1.2",
    handshakeTimeout: checkNumber("tls.handshakeTimeoutMs", handshakeTimeoutMs, 1, maxTimerMs),
  };
}

const known: ReadonlySet<string> = new Set(["cert", "key", "ca", "handshakeTimeoutMs"]);

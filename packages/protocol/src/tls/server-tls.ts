import { createSecureContext, type TlsOptions } from "node:tls";
import { checkKnownOptions, checkNumber, checkOneOf, type Logger, maxTimerMs } from "@thrice/core";
import { CertificateFiles } from "./certificate-files.js";
import type { PemOptions } from "./pem-sources.js";

/**
 * What a server shows its callers, and what it asks of them. It needs `cert` and `key`, or `certFile` and `keyFile`. With `ca`
 * or `caFile`, callers without a certificate that is signed by one of these are turned away.
 */
export interface ServerTlsOptions extends PemOptions {
  /**
   * Whether callers without any certificate are let in, and it is left to interceptors and handlers what they may do; those
   * with one that nobody in `ca` has signed are turned away in any case. Needs `ca` or `caFile`. @defaultValue "required"
   */
  readonly clientCertificate?: "required" | "optional" | undefined;
  /** Bound of the handshake, in milliseconds. @defaultValue 10_000 */
  readonly handshakeTimeoutMs?: number | undefined;
}

/** What connections are secured with. */
export interface ServerTls {
  /** As Node.js takes it. */
  readonly options: TlsOptions;
  /** Whether callers are asked for a certificate. */
  readonly asksForCertificates: boolean;
  /** Reads the files again when they change, and hands over what is to be used from then on. */
  watch(logger: Logger, use: (options: TlsOptions) => void): void;
  /** Reads them no more. */
  close(): Promise<void>;
}

/**
 * Reads the option `tls` of a server; `undefined` means in the clear.
 *
 * @throws TypeError or RangeError naming the field that is wrong.
 */
export function resolveServerTls(options: ServerTlsOptions | undefined): ServerTls | undefined {
  if (options === undefined) return undefined;
  checkKnownOptions("tls", options, known);
  const { handshakeTimeoutMs = 10_000, clientCertificate } = options;
  const files = new CertificateFiles(options);
  const { first } = files;
  if (first.cert === undefined) {
    throw new TypeError("tls of a server needs cert and key, or certFile and keyFile");
  }
  const asksForCertificates = first.ca !== undefined;
  const isRequired = checkClientCertificate(clientCertificate, asksForCertificates);
  const common: TlsOptions = {
    ...(asksForCertificates && { requestCert: true, rejectUnauthorized: isRequired }),
    ALPNProtocols: ["h2", "http/1.1"],
    minVersion: "TLSv1.2",
    handshakeTimeout: checkNumber("tls.handshakeTimeoutMs", handshakeTimeoutMs, 1, maxTimerMs),
  };
  createSecureContext(first); // throws at once what OpenSSL does not like
  return {
    options: { ...common, ...first },
    asksForCertificates,
    watch: (logger, use) =>
      files.watch({ logger, use: (material) => use({ ...common, ...material }) }),
    close: () => files.close(),
  };
}

function checkClientCertificate(value: unknown, asksForCertificates: boolean): boolean {
  if (value === undefined) return true;
  const checked = checkOneOf("tls.clientCertificate", value, ["required", "optional"]);
  if (asksForCertificates) return checked === "required";
  throw new TypeError("tls.clientCertificate needs tls.ca or tls.caFile beside it");
}

const known: ReadonlySet<string> = new Set([
  ...["ca", "caFile", "cert", "certFile", "key", "keyFile"],
  ...["reloadIntervalMs", "handshakeTimeoutMs", "clientCertificate"],
]);

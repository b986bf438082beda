import { createSecureContext, type SecureContext } from "node:tls";
import { checkKnownOptions, show } from "@thrice/core";
import { checkCertificates, checkKeyPair, type Pem } from "./check-pem.js";

/** How a client knows its servers, and they it. Files are given by their content, not by their path. */
export interface ClientTlsOptions {
  /** Certificates that may sign a server's, instead of those that Node.js trusts. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Certificate of the client itself, with its chain, for servers that ask for one. Needs `key`. */
  readonly cert?: Pem | undefined;
  /** Key of `cert`, not encrypted. */
  readonly key?: Pem | undefined;
  /** Name or IP address that the server's certificate has to be for. @defaultValue the host of its address */
  readonly serverName?: string | undefined;
}

/** What a connection is secured with. */
export interface ClientTls {
  /** Read anew for each connection. */
  readonly secureContext: SecureContext;
  readonly serverName: string | undefined;
}

/**
 * Reads the option `tls` of a client: `true` takes the defaults, `false` and `undefined` mean in the clear.
 *
 * @throws TypeError naming the field that is wrong.
 */
export function resolveClientTls(
  options: boolean | ClientTlsOptions | undefined,
): ClientTls | undefined {
  if (options === undefined || options === false) return undefined;
  const given = options === true ? {} : options;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`tls must be true, false or an object, got ${show(given)}`);
  }
  checkKnownOptions("tls", given, known);
  const { ca, cert, key, serverName } = given;
  if (serverName !== undefined && !isName(serverName)) {
    throw new TypeError(
      `tls.serverName must be a host name or an address, got ${show(serverName)}`,
    );
  }
  const secureContext = createSecureContext({
    minVersion: "TLSv1.2",
    ...(ca !== undefined && { ca: checkCertificates("tls.ca", ca) }),
    ...((cert !== undefined || key !== undefined) && checkKeyPair(cert, key)),
  });
  return { secureContext, serverName };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && /^[^\s/@%[\]]+$/.test(value);
}

const known: ReadonlySet<string> = new Set(["ca", "cert", "key", "serverName"]);

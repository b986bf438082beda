import { createSecureContext, type SecureContext } from "node:tls";
import { checkKnownOptions, type Logger, show } from "@thrice/core";
import { CertificateFiles } from "./certificate-files.js";
import type { PemOptions, TlsMaterial } from "./pem-sources.js";

/**
 * How a client knows its servers, and they it. `ca` names who may sign a server's certificate, instead of those that Node.js
 * trusts; `cert` and `key` are the client's own, for servers that ask for one.
 */
export interface ClientTlsOptions extends PemOptions {
  /** Name or IP address that the server's certificate has to be for. @defaultValue the host of its address */
  readonly serverName?: string | undefined;
}

/** What a connection is secured with. */
export interface ClientTls {
  /** Read anew for each connection. */
  readonly secureContext: SecureContext;
  readonly serverName: string | undefined;
  /** Reads the files again when they change, from now on. It does not keep the process alive. */
  watch(logger: Logger): void;
  /** Reads them no more. */
  close(): Promise<void>;
}

/**
 * Reads the option `tls` of a client: `true` takes the defaults, `false` and `undefined` mean in the clear.
 *
 * @throws TypeError or RangeError naming the field that is wrong.
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
  const { serverName } = given;
  if (serverName !== undefined && !isName(serverName)) {
    throw new TypeError(
      `tls.serverName must be a host name or an address, got ${show(serverName)}`,
    );
  }
  return new ReloadingTls(new CertificateFiles(given), serverName);
}

class ReloadingTls implements ClientTls {
  secureContext: SecureContext;
  readonly serverName: string | undefined;
  readonly #files: CertificateFiles;

  constructor(files: CertificateFiles, serverName: string | undefined) {
    this.#files = files;
    this.serverName = serverName;
    this.secureContext = contextOf(files.first);
  }

  watch(logger: Logger): void {
    const use = (material: TlsMaterial) => {
      this.secureContext = contextOf(material);
    };
    this.#files.watch({ logger, use });
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}

function contextOf(material: TlsMaterial): SecureContext {
  return createSecureContext({ minVersion: "TLSv1.2", ...material });
}

function isName(value: unknown): boolean {
  return typeof value === "string" && /^[^\s/@%[\]]+$/.test(value);
}

const known: ReadonlySet<string> = new Set([
  ...["ca", "caFile", "cert", "certFile", "key", "keyFile"],
  ...["reloadIntervalMs", "serverName"],
]);

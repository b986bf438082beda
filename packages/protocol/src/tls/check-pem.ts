/** Checks certificates and keys when they are set, since OpenSSL skips what it cannot read, or complains at the first peer. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { show } from "@thrice/core";

/** Text of a PEM file, or its bytes. */
export type Pem = string | Uint8Array;

/** What an option says, with its name for errors. */
export interface NamedPem {
  readonly field: string;
  /** A PEM, or of certificates a list of such. */
  readonly value: unknown;
}

/**
 * Reads the certificates of one file, or of several.
 *
 * @throws TypeError naming the field, unless there is a certificate in each.
 */
export function checkCertificates({ field, value }: NamedPem): string {
  const files: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (files.length === 0) throw new TypeError(`${field} must hold a certificate, got []`);
  return files.map((file) => checkFile(field, file)).join("\n");
}

/**
 * Reads a chain and the key of its first certificate. Keys are never quoted.
 *
 * @throws TypeError naming the field: either cannot be read, or the key is another's.
 */
export function checkKeyPair(cert: NamedPem, key: NamedPem) {
  const chain = checkCertificates(cert);
  const keyText = textOf(key.field, key.value, "a private key");
  if (!new X509Certificate(chain).checkPrivateKey(readKey(key.field, keyText))) {
    throw new TypeError(`${key.field} must be the key of the first certificate in ${cert.field}`);
  }
  return { cert: chain, key: keyText };
}

function checkFile(field: string, file: unknown): string {
  const text = textOf(field, file, "a certificate");
  const blocks = text.match(certificateBlock) ?? [];
  // What was cut off in the middle of a chain leaves blocks that are whole.
  const isCut = text.replaceAll(anyBlock, "").includes("-----BEGIN");
  if (blocks.length === 0 && !isCut) {
    throw new TypeError(`${field} must hold a certificate as PEM, got ${show(firstLine(text))}`);
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      const which = `certificate ${index + 1} of ${blocks.length}`;
      throw new TypeError(`${field} must hold certificates as PEM: ${which} cannot be read`, {
        cause,
      });
    }
  }
  if (isCut) {
    throw new TypeError(`${field} must hold certificates as PEM: the last one has no end`);
  }
  return blocks.join("\n");
}

function readKey(field: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const isEncrypted = pem.includes("ENCRYPTED");
    const why = isEncrypted ? "it is encrypted; decrypt it first" : "it cannot be read";
    throw new TypeError(`${field} must be a private key as PEM: ${why}`, { cause });
  }
}

function textOf(field: string, value: unknown, what: string): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  throw new TypeError(`${field} must be ${what} as PEM, text or bytes, got ${typeof value}`);
}

/** A path in the place of a file's content is the usual mistake. Anything longer may be a secret in the wrong place. */
function firstLine(pem: string): string {
  const [line = ""] = pem.split("\n", 1);
  return line.length > 60 ? `${line.slice(0, 20)}…` : line;
}

const certificateBlock =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const anyBlock = /-----BEGIN [A-Z0-9 ]+-----(?:(?!-----BEGIN)[\s\S])*?-----END [A-Z0-9 ]+-----/g;

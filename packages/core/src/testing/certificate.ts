/** Throwaway certificates, made for each run, so that no private key lies in a repository. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate and its key, as PEM. */
export interface TestCertificate {
  /** Common name. */
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface TestCertificateInit {
  /** Common name. @defaultValue "localhost" */
  readonly name?: string;
  /** Host names and IPv4 addresses it is valid for. @defaultValue localhost and 127.0.0.1 */
  readonly hosts?: readonly string[];
  /** URIs it is for, such as `spiffe://example/orders`. @defaultValue none */
  readonly uris?: readonly string[];
  /** Who signs it; unset, it signs itself, and may sign others. */
  readonly issuer?: TestCertificate;
  /** Last day it is valid, as `YYMMDD`. @defaultValue "491231" */
  readonly until?: string;
}

/**
 * Makes a certificate with a key on the curve P-256.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280 section 4.1
 */
export function testCertificate(init: TestCertificateInit = {}): TestCertificate {
  const { name = "localhost", hosts = ["localhost", "127.0.0.1"], issuer, until = "491231" } = init;
  const altNames = [
    ...hosts.map(hostName),
    ...(init.uris ?? []).map((uri) => der(0x86, Buffer.from(uri))),
  ];
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isCa = issuer === undefined;
  const extensions = [
    sequence(basicConstraints, der(0x04, isCa ? sequence(der(0x01, Buffer.of(0xff))) : sequence())),
    sequence(subjectAltName, der(0x04, sequence(...altNames))),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    distinguishedName(issuer?.name ?? name),
    sequence(der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from(`${until}000000Z`))),
    distinguishedName(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signer = issuer === undefined ? privateKey : createPrivateKey(issuer.key);
  const signature = Buffer.concat([Buffer.of(0), sign("sha256", body, signer)]);
  return {
    name,
    cert: pem("CERTIFICATE", sequence(body, ecdsaWithSha256, der(0x03, signature))),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))));
}

function hostName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split(".").map(Number)));
  return der(0x82, Buffer.from(host));
}

/** Shape: a tag, the length of the content, the content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function objectId(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function pem(label: string, bytes: Buffer): string {
  // No empty line at the end, which OpenSSL refuses.
  const lines = bytes.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

const ecdsaWithSha256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const commonName = objectId(0x55, 0x04, 0x03);
const subjectAltName = objectId(0x55, 0x1d, 0x11);
const basicConstraints = objectId(0x55, 0x1d, 0x13);

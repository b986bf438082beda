/**
 * Makes certificates in the folder `certificates`, and renews them. Stands for whatever does that where you are: cert-manager, step-ca,
 * Vault, or `openssl`. Both programs of the sample work in the sample's folder.
 */
import { renameSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testCertificate } from "@thrice/core/testing";

const folder = "certificates";

/** Where the file of this name is. */
export function fileOf(name: string): string {
  return join(folder, name);
}

/** Makes an authority, which signs a certificate for the server and one for its caller. */
export async function makeCertificates(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const authority = testCertificate({ name: "authority", hosts: [] });
  await put({ "ca.pem": authority.cert, "ca.key": authority.key });
  await renew("server", "greeter-1");
  await renew("client", "orders-1");
}

/** Signs another certificate for the server or its caller, who is called `commonName` then. */
export async function renew(role: "server" | "client", commonName: string): Promise<void> {
  const [cert, key] = await Promise.all([read("ca.pem"), read("ca.key")]);
  const issuer = { name: "authority", cert, key };
  const uris = role === "client" ? ["spiffe://example/orders"] : [];
  const renewed = testCertificate({ name: commonName, issuer, uris });
  await put({ [`${role}.pem`]: renewed.cert, [`${role}.key`]: renewed.key });
}

function read(name: string): Promise<string> {
  return readFile(fileOf(name), "utf8");
}

/** Other files in the place of the first, in one go, so that nobody reads half of one, or a certificate beside another's key. */
async function put(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(fileOf(`${name}.new`), text, { mode: 0o600 });
  }
  for (const name of Object.keys(files)) renameSync(fileOf(`${name}.new`), fileOf(name));
}

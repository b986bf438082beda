import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a key and a certificate for localhost that nobody trusts, with the program `openssl`. */
export function makeCertificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "thrice-http2-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const args = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
  ];
  execFileSync(
    "openssl",
    [...args, "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"],
    { stdio: "ignore" },
  );
  const files = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return files;
}

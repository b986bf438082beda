import { createPrivateKey, X509Certificate } from "node:crypto";
import { selfSigned } from "./self-signed.js";

test("a certificate of our own is valid for both names of this machine, and fits its key", () => {
  const { cert, key } = selfSigned();
  const certificate = new X509Certificate(cert);
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

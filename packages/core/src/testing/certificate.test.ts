import { createPrivateKey, X509Certificate } from "node:crypto";
import { testCertificate } from "./certificate.js";

describe("testCertificate", () => {
  test("is valid for both names of this machine, signs itself, and fits its key", () => {
    const { cert, key } = testCertificate();
    const certificate = new X509Certificate(cert);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.ca).toBe(true);
  });

  test("can be read whatever its length", () => {
    const names = Array.from({ length: 64 }, (_, length) => "n".repeat(length + 1));
    const read = names.map((name) => new X509Certificate(testCertificate({ name }).cert).subject);
    expect(read).toEqual(names.map((name) => `CN=${name}`));
  });

  test("is signed by its issuer, for the hosts that were asked for, until the day that was", () => {
    const issuer = testCertificate({ name: "CA", hosts: [] });
    const init = {
      name: "a",
      hosts: ["a.test", "10.0.0.1"],
      issuer,
      until: "300101",
      uris: ["a://b"],
    };
    const certificate = new X509Certificate(testCertificate(init).cert);
    const ca = new X509Certificate(issuer.cert);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe("DNS:a.test, IP Address:10.0.0.1, URI:a://b");
    expect(certificate.validTo).toBe("Jan  1 00:00:00 2030 GMT");
    expect(certificate.ca).toBe(false);
  });
});

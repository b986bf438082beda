import { testCertificate } from "@thrice/core/testing";
import { resolveClientTls } from "./client-tls.js";
import { resolveServerTls } from "./server-tls.js";

const { cert, key } = testCertificate();
const other = testCertificate({ name: "other" });
const broken = cert.replace("MII", "MIJ");
const encrypted =
  "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";

const wrongPairs = [
  { what: "no key", pair: { cert }, says: "tls.key must be set beside tls.cert" },
  { what: "no certificate", pair: { key }, says: "tls.cert must be set beside tls.key" },
  {
    what: "a path for a certificate",
    pair: { cert: "/etc/tls/cert.pem", key },
    says: "tls.cert must hold a certificate as PEM, got '/etc/tls/cert.pem'",
  },
  { what: "a number", pair: { cert: 5, key }, says: "tls.cert must be a certificate as PEM" },
  {
    what: "a certificate that is cut",
    pair: { cert: `${cert}${broken}`, key },
    says: "tls.cert must hold certificates as PEM: certificate 2 of 2 cannot be read",
  },
  {
    what: "a chain that is cut",
    pair: { cert: `${cert}${other.cert.slice(0, 200)}`, key },
    says: "tls.cert must hold certificates as PEM: the last one has no end",
  },
  { what: "a certificate for a key", pair: { cert, key: cert }, says: "tls.key must be a private" },
  { what: "nonsense for a key", pair: { cert, key: "x" }, says: "PEM: it cannot be read" },
  { what: "a key with a password", pair: { cert, key: encrypted }, says: "PEM: it is encrypted" },
  { what: "null for a key", pair: { cert, key: null }, says: "tls.key must be a private key as" },
  { what: "another's key", pair: { cert, key: other.key }, says: "tls.key must be the key of the" },
];
const nowhere = "/nowhere/a.pem";
const wrongFiles = [
  {
    what: "a file and its content",
    pair: { cert, certFile: nowhere, key },
    says: "tls.cert and tls.certFile exclude each other",
  },
  {
    what: "a file of a certificate without one of a key",
    pair: { certFile: __filename },
    says: "tls.keyFile must be set beside tls.certFile",
  },
  {
    what: "a file of a key without a certificate",
    pair: { keyFile: __filename },
    says: "tls.certFile must be set beside tls.keyFile",
  },
  {
    what: "a file that is not there",
    pair: { certFile: nowhere, key },
    says: "tls.certFile '/nowhere/a.pem' cannot be read: ENOENT: no such file or directory",
  },
  {
    what: "a file that holds something else",
    pair: { certFile: __filename, key },
    says: "must hold a certificate as PEM, got 'import { testCertificate }",
  },
  {
    what: "a file of a key that holds something else",
    pair: { cert, keyFile: __filename },
    says: "must be a private key as PEM: it",
  },
  {
    what: "an empty path",
    pair: { certFile: "", key },
    says: "tls.certFile must be the path of a file, got ''",
  },
  {
    what: "several paths of a key",
    pair: { cert, keyFile: [nowhere] },
    says: "tls.keyFile must be the path of a file, got [ '/nowhere/a.pem' ]",
  },
  { what: "no path of a CA", pair: { cert, key, caFile: [] }, says: "tls.caFile must be the path" },
  { what: "null for a path", pair: { cert, key, caFile: null }, says: "tls.caFile must be the" },
  {
    what: "an interval that is too short",
    pair: { cert, key, reloadIntervalMs: 99 },
    says: "tls.reloadIntervalMs must be a number from 100 to 2147483647, got 99",
  },
];
const wrongCas = [
  { what: "an empty list", pair: { cert, key, ca: [] }, says: "tls.ca must hold a certificate" },
  { what: "no PEM", pair: { cert, key, ca: "ca.pem" }, says: "tls.ca must hold a certificate as" },
  { what: "a list with a gap", pair: { cert, key, ca: [cert, ""] }, says: "tls.ca must hold" },
  { what: "null", pair: { cert, key, ca: null }, says: "tls.ca must be a certificate" },
];

describe("tls of a client", () => {
  test.each([undefined, false])("is off with %p", (tls) => {
    expect(resolveClientTls(tls)).toBeUndefined();
  });

  test.each([
    { what: "true", tls: true },
    { what: "nothing special", tls: {} },
    { what: "a CA", tls: { ca: cert } },
    { what: "CAs as a list and as bytes", tls: { ca: [Buffer.from(cert), `# a\n${other.cert}`] } },
    { what: "a certificate of its own", tls: { cert, key } },
    { what: "fields that say nothing", tls: { ca: undefined, serverName: undefined } },
  ])("takes $what", ({ tls }) => {
    expect(resolveClientTls(tls)?.secureContext).toBeDefined();
  });

  test.each([
    ...wrongPairs,
    ...wrongCas,
    ...wrongFiles,
    { what: "a text", pair: "yes", says: "tls must be true, false or an object, got 'yes'" },
    { what: "null", pair: null, says: "tls must be true, false or an object, got null" },
    { what: "another option", pair: { caa: cert }, says: "tls: unknown option 'caa'" },
    { what: "an empty name", pair: { serverName: "" }, says: "tls.serverName must be a host name" },
    { what: "a URL for a name", pair: { serverName: "tri://a" }, says: "got 'tri://a'" },
  ])("refuses $what", ({ pair, says }) => {
    expect(() => resolveClientTls(pair as never)).toThrow(
      expect.objectContaining({
        name: expect.stringMatching(/^(?:Type|Range)Error$/),
        message: expect.stringContaining(says),
      }),
    );
  });

  test("quotes no key, wherever it stands", () => {
    const line = key.split("\n")[1];
    for (const pair of [{ cert: key, key: cert }, { cert, key: other.key }, { ca: key }]) {
      expect(() => resolveClientTls(pair)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(line ?? "") }),
      );
    }
  });
});

describe("tls of a server", () => {
  test("is off when unset", () => {
    expect(resolveServerTls(undefined)).toBeUndefined();
  });

  test("asks for no certificate by itself", () => {
    const tls = resolveServerTls({ cert, key: Buffer.from(key) });
    expect(tls).toMatchObject({ asksForCertificates: false });
    expect(tls?.options).not.toHaveProperty("requestCert");
  });

  test("asks for a certificate that `ca` has signed", () => {
    const asked = { requestCert: true, rejectUnauthorized: true };
    const tls = resolveServerTls({ cert, key, ca: other.cert });
    expect(tls).toMatchObject({ asksForCertificates: true, options: asked });
  });

  test.each([
    ...wrongPairs,
    ...wrongCas,
    ...wrongFiles,
    {
      what: "optional certificates that nobody signs",
      pair: { cert, key, clientCertificate: "optional" },
      says: "tls.clientCertificate needs tls.ca or tls.caFile beside it",
    },
    {
      what: "another word for optional",
      pair: { cert, key, ca: cert, clientCertificate: "maybe" },
      says: "tls.clientCertificate must be one of 'required', 'optional', got 'maybe'",
    },
    { what: "nothing", pair: {}, says: "tls of a server needs cert and key, or certFile and" },
    { what: "a CA alone", pair: { ca: cert }, says: "tls of a server needs cert and key" },
    { what: "true", pair: true, says: "tls must be an object, got true" },
    { what: "null", pair: null, says: "tls must be an object, got null" },
    { what: "another option", pair: { cert, key, pfx: "" }, says: "tls: unknown option 'pfx'" },
    {
      what: "no time",
      pair: { cert, key, handshakeTimeoutMs: 0 },
      says: "tls.handshakeTimeoutMs must be a number from 1 to 2147483647, got 0",
    },
  ])("refuses $what", ({ pair, says }) => {
    expect(() => resolveServerTls(pair as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});

/** The wires that outside programs reach a server over. A test runs once for each row. */
import { testCertificate } from "@thrice/core/testing";
import type { ServerOptions } from "@thrice/server";
import { temporaryFolder } from "./temporary-folder.js";

export interface Wire {
  /** Stands in the titles of tests. */
  readonly name: string;
  readonly scheme: "http" | "https";
  /** What the server needs for it. */
  readonly server: ServerOptions;
  /** What each program needs for it, and what makes it speak HTTP/2. Over TLS, buf speaks nothing else. */
  readonly args: {
    readonly curl: readonly string[];
    readonly curlHttp2: string;
    readonly nghttp: readonly string[];
    readonly h2load: readonly string[];
    readonly buf: readonly string[];
    readonly bufHttp2: readonly string[];
  };
}

const folder = temporaryFolder();
afterAll(() => folder.close());

/** A certificate that signs itself; curl and buf check it, nghttp and h2load cannot be told to trust it. */
const { cert, key } = testCertificate();
const certFile = folder.write("cert.pem", cert);

const clear: Wire = {
  name: "in the clear",
  scheme: "http",
  server: {},
  args: {
    curl: [],
    curlHttp2: "--http2-prior-knowledge",
    nghttp: [],
    h2load: [],
    buf: [],
    bufHttp2: ["--http2-prior-knowledge"],
  },
};

const tls: Wire = {
  name: "over TLS",
  scheme: "https",
  server: { tls: { cert, key } },
  args: {
    curl: ["--cacert", certFile],
    curlHttp2: "--http2",
    nghttp: ["-y"],
    h2load: [],
    buf: ["--cacert", certFile],
    bufHttp2: ["--http2-prior-knowledge"],
  },
};

export const wires: readonly Wire[] = [clear, tls];

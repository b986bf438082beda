/** The wires that outside programs reach a server over. A test runs once for each row. */
import type { ServerOptions } from "@thrice/server";

export interface Wire {
  /** Stands in the titles of tests. */
  readonly name: string;
  readonly scheme: "http" | "https";
  /** What the server needs for it. */
  readonly server: ServerOptions;
  /** What each program needs for it; `http1` and `http2` choose the version. */
  readonly args: {
    readonly curl: readonly string[];
    readonly curlHttp2: string;
    readonly nghttp: readonly string[];
    readonly h2load: readonly string[];
    readonly buf: readonly string[];
    readonly bufHttp1: readonly string[];
    readonly bufHttp2: readonly string[];
  };
}

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
    bufHttp1: [],
    bufHttp2: ["--http2-prior-knowledge"],
  },
};

export const wires: readonly Wire[] = [clear];

/** Wrong options and registrations throw at once, naming field, bound and value. */

import { consoleLogger, newServer } from "@thrice/server";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { registerKindsServiceHandler } from "./gen/kinds/kinds_thrice.js";

describe("newServer", () => {
  test.each([
    { title: "null", options: null, says: "options of newServer must be an object, got null" },
    { title: "a port alone", options: 20_000, says: "options of newServer must be an object" },
    { title: "an unknown option", options: { prot: 1 }, says: "'prot'; did you mean 'port'?" },
    {
      title: "port -1",
      options: { port: -1 },
      says: "port must be a whole number from 0 to 65535",
    },
    { title: "port 65536", options: { port: 65_536 }, says: "got 65536" },
    { title: "port 1.5", options: { port: 1.5 }, says: "got 1.5" },
    { title: "port as text", options: { port: "80" }, says: "got '80'" },
    { title: "port null", options: { port: null }, says: "got null" },
    { title: "host empty", options: { host: "" }, says: "host must be a host name or an address" },
    { title: "host a number", options: { host: 5 }, says: "host must be a host name" },
    { title: "path empty", options: { path: "" }, says: "path must be the path of a socket" },
    { title: "path null", options: { path: null }, says: "path must be the path of a socket" },
    {
      title: "path and port",
      options: { path: "/run/x", port: 0 },
      says: "path stands for itself, without host and port",
    },
    { title: "path and host", options: { path: "/run/x", host: "::1" }, says: "without host" },
    { title: "path a URL", options: { path: "unix:/run/x" }, says: 'without "unix:"' },
    {
      title: "path too long",
      options: { path: `/${"x".repeat(107)}` },
      says: "path must be at most 107 bytes long, got 108",
    },
    { title: "group any", options: { group: "*" }, says: "group must be printable ASCII" },
    { title: "version null", options: { version: null }, says: "version must be printable ASCII" },
    { title: "graceMs -1", options: { graceMs: -1 }, says: "graceMs must be a number from 0 to" },
    { title: "graceMs NaN", options: { graceMs: Number.NaN }, says: "graceMs must be" },
    { title: "graceMs null", options: { graceMs: null }, says: "graceMs must be" },
    {
      title: "maxReceiveBytes 0",
      options: { maxReceiveBytes: 0 },
      says: "maxReceiveBytes must be a whole number from 1 to 4294967295, got 0",
    },
    {
      title: "compression brotli",
      options: { compression: "brotli" },
      says: "compression must be one of 'none', 'gzip', 'br', got 'brotli'",
    },
    { title: "compression null", options: { compression: null }, says: "got null" },
    {
      title: "compressMinBytes -1",
      options: { compressMinBytes: -1 },
      says: "compressMinBytes must be a whole number from 0 to 4294967295, got -1",
    },
    {
      title: "cors without an origin",
      options: { cors: { origins: "app.example" } },
      says: "cors.origins must be an origin such as https://app.example",
    },
    {
      title: "a certificate without its key",
      options: { tls: { certFile: "/nowhere/cert.pem" } },
      says: "tls.certFile '/nowhere/cert.pem' cannot be read",
    },
    {
      title: "maxConcurrency 0",
      options: { maxConcurrency: 0 },
      says: "maxConcurrency must be a whole number from 1 to 1000000, got 0",
    },
    {
      title: "maxConcurrency null",
      options: { maxConcurrency: null },
      says: "maxConcurrency must be a whole number from 1 to 1000000 or a limit",
    },
    {
      title: "rateLimit 5",
      options: { rateLimit: 5 },
      says: "rateLimit must be a rate limit such as tokenBucket() with start(), got 5",
    },
    { title: "methodLimits", options: { methodLimits: {} }, says: "unknown option 'methodLimits'" },
    {
      title: "maxQueuedCalls -1",
      options: { maxQueuedCalls: -1 },
      says: "maxQueuedCalls must be a whole number from 0 to 1000000, got -1",
    },
    {
      title: "maxQueueMs 0",
      options: { maxQueueMs: 0 },
      says: "maxQueueMs must be a number from 1 to 60000, got 0",
    },
    {
      title: "criticality high",
      options: { criticality: "high" },
      says: "criticality must be a function, got 'high'",
    },
    {
      title: "pushbackMs -1",
      options: { pushbackMs: -1 },
      says: "pushbackMs must be a number from 0 to 60000, got -1",
    },
    {
      title: "maxConnections 0",
      options: { maxConnections: 0 },
      says: "maxConnections must be a whole number from 1 to 1000000, got 0",
    },
    {
      title: "maxConnectionAgeMs 1",
      options: { maxConnectionAgeMs: 1 },
      says: "maxConnectionAgeMs must be a number from 1000 to",
    },
    {
      title: "connectionAgeGraceMs -1",
      options: { connectionAgeGraceMs: -1 },
      says: "connectionAgeGraceMs must be a number from 0 to",
    },
    {
      title: "minPingIntervalMs 0.5",
      options: { minPingIntervalMs: 0.5 },
      says: "minPingIntervalMs must be a whole number from 0 to",
    },
    { title: "exposeErrors 1", options: { exposeErrors: 1 }, says: "exposeErrors must be true or" },
    { title: "exposeErrors null", options: { exposeErrors: null }, says: "exposeErrors must be" },
    { title: "tls true", options: { tls: true }, says: "tls must be an object, got true" },
    { title: "tls without a key", options: { tls: { cert: "" } }, says: "tls.key must be set" },
    {
      title: "tls with a path",
      options: { tls: { cert: "cert.pem", key: "key.pem" } },
      says: "tls.cert must hold a certificate as PEM, got 'cert.pem'",
    },
    { title: "logger {}", options: { logger: {} }, says: "logger must be a logger with debug()" },
    {
      title: "a logger that lacks warnf",
      options: { logger: { ...consoleLogger(), warnf: undefined } },
      says: "logger must be a logger with",
    },
    { title: "clock {}", options: { clock: {} }, says: "clock must be a clock with nowMs()" },
  ])("refuses $title", ({ options, says }) => {
    expect(() => newServer(options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });

  test("takes no options at all", () => {
    expect(newServer().port).toBeUndefined();
  });
});

describe("registering a service", () => {
  test.each([
    {
      title: "a handler that is undefined",
      handler: undefined,
      says: "handler of kinds.KindsService must be an object, got undefined",
    },
    { title: "a handler that is null", handler: null, says: "must be an object, got null" },
    { title: "a handler that is a text", handler: "x", says: "must be an object, got 'x'" },
    {
      title: "a method that is no function",
      handler: { unary: "x" },
      says: "handler of kinds.KindsService: unary must be a function, got 'x'",
    },
    { title: "a method that is null", handler: { unary: null }, says: "unary must be a function" },
  ])("refuses $title", ({ handler, says }) => {
    expect(() => registerKindsServiceHandler(newServer(), handler as never)).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining(says) }),
    );
  });

  test.each([
    { title: "null", options: null, says: "options of kinds.KindsService must be an object" },
    { title: "group a/b", options: { group: "a/b" }, says: "group must be printable ASCII" },
    { title: "port", options: { port: 1 }, says: "unknown option 'port'" },
    { title: "maxReceiveBytes 0", options: { maxReceiveBytes: 0 }, says: "from 1 to" },
    { title: "compression true", options: { compression: true }, says: "got true" },
    { title: "compressMinBytes x", options: { compressMinBytes: "x" }, says: "got 'x'" },
    { title: "maxConcurrency 1.5", options: { maxConcurrency: 1.5 }, says: "got 1.5" },
    {
      title: "methodLimits null",
      options: { methodLimits: null },
      says: "methodLimits must be an object, got null",
    },
    {
      title: "limits of no method",
      options: { methodLimits: { unari: {} } },
      says: "methodLimits: unknown option 'unari'; did you mean 'unary'?",
    },
    {
      title: "a method limit of another kind",
      options: { methodLimits: { unary: { maxReceiveBytes: 1 } } },
      says: "methodLimits.unary: unknown option",
    },
    {
      title: "a wrong limit of a method",
      options: { methodLimits: { unary: { maxConcurrency: 0 } } },
      says: "methodLimits.unary.maxConcurrency must be a whole number from 1 to 1000000, got 0",
    },
    {
      title: "maxQueuedCalls",
      options: { maxQueuedCalls: 1 },
      says: "unknown option 'maxQueuedCalls'",
    },
    { title: "exposeErrors no", options: { exposeErrors: "no" }, says: "got 'no'" },
  ])("refuses the option $title", ({ options, says }) => {
    expect(() => registerKindsServiceHandler(newServer(), {} as never, options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });

  test("refuses the same service twice, and keeps the first", () => {
    const server = newServer();
    server.registerService(KindsService, {});
    expect(() => server.registerService(KindsService, {})).toThrow(
      "service kinds.KindsService is registered already",
    );
  });

  test.each([{ server: undefined }, { server: {} }])("refuses the server $server", ({ server }) => {
    expect(() => registerKindsServiceHandler(server as never, {} as never)).toThrow(
      "server must be a Thrice server with registerService()",
    );
  });
});

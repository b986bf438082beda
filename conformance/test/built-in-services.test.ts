/** Health and reflection, asked for by programs that others wrote: `buf curl`, without any schema, and grpc-js as a probe. */
import { Client, credentials, status } from "@grpc/grpc-js";
import { newServer } from "@thrice/server";
import { KindsService } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { run } from "../support/programs.js";
import { serve } from "../support/served.js";
import { wires } from "../support/wires.js";

const closing = closeAfterEach();

describe.each(wires)("buf curl with nothing but reflection, $name", (wire) => {
  const curl = (args: readonly string[], input = "") =>
    run("buf", ["curl", ...wire.args.buf, ...wire.args.bufHttp2, ...args], { input });

  async function open() {
    const { baseUrl, port } = closing(await serve(wire, {}, { reflection: true }));
    return { kinds: baseUrl, origin: `${wire.scheme}://127.0.0.1:${port}` };
  }

  test.each(["grpc-v1", "grpc-v1alpha"])("lists services and methods, by %s", async (version) => {
    const { origin } = await open();
    const by = ["--reflect-protocol", version];
    const services = await curl([...by, "--list-services", origin]);
    expect(services.stderr).toBe("");
    expect(String(services.stdout).trim().split("\n").sort()).toEqual([
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "kinds.KindsService",
    ]);
    const methods = await curl([...by, "--list-methods", origin]);
    expect(methods.stderr).toBe("");
    expect(String(methods.stdout)).toContain("kinds.KindsService/Chat");
  });

  test.each(["grpc", "grpcweb", "connect"])("calls a method by %s", async (protocol) => {
    const { kinds } = await open();
    const { exit, stdout, stderr } = await curl([
      "--protocol",
      protocol,
      "-d",
      '{"text":"hi"}',
      `${kinds}/Unary`,
    ]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(JSON.parse(String(stdout))).toEqual({ text: "hi" });
  });

  test("asks for the health", async () => {
    const { origin } = await open();
    const { stdout, stderr } = await curl([
      "-d",
      '{"service":"kinds.KindsService"}',
      `${origin}/grpc.health.v1.Health/Check`,
    ]);
    expect(stderr).toBe("");
    expect(JSON.parse(String(stdout))).toEqual({ status: "SERVING" });
  });

  test("is told of a service that is not there", async () => {
    const { origin } = await open();
    const { exit, stderr } = await curl(["-d", "{}", `${origin}/no.Such/Method`]);
    expect(exit).not.toBe(0);
    expect(stderr).toMatch(/no\.Such/);
  });
});

test("a server without reflection tells nobody its schema", async () => {
  const { port } = closing(await serve({ scheme: "http", server: {} }));
  const { exit, stderr } = await run("buf", [
    ...["curl", "--http2-prior-knowledge", "--list-services"],
    `http://127.0.0.1:${port}`,
  ]);
  expect(exit).not.toBe(0);
  expect(stderr).toMatch(/unimplemented/);
});

describe("a probe made with grpc-js", () => {
  /** Field 1 of the request is the service's name, field 1 of the answer the status. */
  function check(port: number, service: string): Promise<number> {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closing({ close: async () => client.close() });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    client.makeUnaryRequest(
      "/grpc.health.v1.Health/Check",
      (name: string) => Buffer.from([0x0a, name.length, ...Buffer.from(name)]),
      (bytes: Buffer) => bytes[1] ?? 0,
      service,
      (error, answer) => (error ? reject(error) : resolve(answer ?? 0)),
    );
    return promise;
  }

  async function open() {
    const server = newServer({ host: "127.0.0.1", port: 0, graceMs: 0 });
    server.registerService(KindsService, {});
    await server.serve();
    closing({ close: () => server.stop() });
    return { health: server.health, port: server.port ?? 0 };
  }

  test.each(["", "kinds.KindsService"])(
    "is told that %j serves, and that it does not",
    async (name) => {
      const { health, port } = await open();
      expect(await check(port, name)).toBe(1);
      health.set(name, "not_serving");
      expect(await check(port, name)).toBe(2);
    },
  );

  test("is told NOT_FOUND of a service that is not there", async () => {
    const { port } = await open();
    await expect(check(port, "no.Such")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });
});

/** What instances are asked about what they provide. */
import { Code, newClient } from "@thrice/client";
import { testCertificate } from "@thrice/core/testing";
import { newMetadataServiceV2 } from "../src/gen/dubbo/metadata/metadata_service_v2_thrice.js";
import { answersOf, Bench } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const byApplication = {
  application: "shop",
  register: "application",
  lookUp: "application",
} as const;

function revisionOf(id: string): string {
  const { metadata } = JSON.parse(bench.engine.entries.get(`/services/shop/${id}`) ?? "");
  return metadata["dubbo.metadata.revision"];
}

/** The service that tells it, of one server. */
function metadataOf(id: string, group: string) {
  const client = newClient({ url: `tri://${id}` });
  return { client, stub: newMetadataServiceV2(client, { group, version: "2.0.0" }) };
}

test("a server tells what it provides, in the group of its application, whatever its interceptors say", async () => {
  const refuse = () => async () => {
    throw new Error("nobody passes");
  };
  const { id } = await bench.serve("a", { server: { interceptors: [refuse] } });
  const { client, stub } = metadataOf(id, "shop");
  const revision = revisionOf(id);
  const { app, version, services } = await stub.getMetadataInfo({ revision });
  expect([app, version]).toEqual(["shop", revision]);
  expect(services["greet.GreetService:tri"]).toMatchObject({
    name: "greet.GreetService",
    protocol: "tri",
    params: { methods: "Greet,GreetRetry,GreetTimeout", serialization: "protobuf" },
  });
  await expect(stub.getMetadataInfo({ revision: "other" })).rejects.toMatchObject({
    code: Code.NotFound,
    rawMessage: 'revision "other" is not known',
  });
  await client.close();
});

test("a server whose registry has no application has nothing to tell", async () => {
  const { id } = await bench.serve("a", { layout: { application: "" } });
  const { client, stub } = metadataOf(id, "shop");
  await expect(stub.getMetadataInfo({ revision: "0" })).rejects.toMatchObject({
    code: Code.Unimplemented,
  });
  await client.close();
});

test("another instance is asked when one cannot be reached, and the log says so once", async () => {
  const { id } = await bench.serve("a", { layout: byApplication });
  const text = bench.engine.entries.get(`/services/shop/${id}`) ?? "";
  const [, port = ""] = id.split(":");
  bench.engine.put("/services/shop/127.0.0.1:1", text.replaceAll(port, "1"));
  const draws = [0.99, 0, 0];
  const random = () => draws.shift() ?? 0;
  const { until, logger } = bench.watch({ lookUp: "application", random });
  await until(({ endpoints }) => endpoints.length === 2);
  expect(logger.records.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^registry \[memory\]: entry .* is left out: \[cannot connect to 127/),
  ]);
});

test("servers with TLS are asked with TLS", async () => {
  const { cert, key } = testCertificate();
  await bench.serve("a", { layout: byApplication, server: { tls: { cert, key } } });
  const tls = { ca: cert };
  const { stub } = bench.client({ ...byApplication, metadataTls: tls }, { tls });
  expect(await answersOf(stub)).toEqual(["a"]);
});

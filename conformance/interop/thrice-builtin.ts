/** What our client asks of the services that a server brings along. */
import type { CallOptions, Client } from "@thrice/client";
import { HealthCheckResponse_ServingStatus } from "../gen/grpc/health/v1/health_pb.js";
import { newHealth } from "../gen/grpc/health/v1/health_thrice.js";
import { newServerReflection } from "../gen/grpc/reflection/v1alpha/reflection_thrice.js";
import type { Call } from "./control.js";

/** The name of a service's status: now, or the first that a watch tells. */
export async function* askHealth(
  client: Client,
  { method, texts: [service = ""] }: Call,
  options: CallOptions,
): AsyncGenerator<string> {
  const health = newHealth(client);
  if (method === "check") {
    const { status } = await health.check({ service }, options);
    yield HealthCheckResponse_ServingStatus[status];
    return;
  }
  for await (const { status } of health.watch({ service }, options)) {
    yield HealthCheckResponse_ServingStatus[status];
    return;
  }
}

/** The names of all services. */
export async function* listServices(
  client: Client,
  { method }: Call,
  options: CallOptions,
): AsyncGenerator<string> {
  const reflection = newServerReflection(client);
  for await (const { messageResponse } of reflection.serverReflectionInfo(question(), options)) {
    if (messageResponse.case !== "listServicesResponse") throw new Error("not a list of services");
    for (const { name } of messageResponse.value.service) yield name;
    if (method === "list") return;
  }
}

/** The texts of answers of the test service, called without its stub. */
export async function* callWithoutStub(
  client: Client,
  { method, texts: [text = ""] }: Call,
  options: CallOptions,
): AsyncGenerator<string> {
  const generic = await client.generic({ reflection: true });
  const name = method === "watch" ? "Watch" : "Unary";
  for await (const note of generic.stream(`kinds.KindsService/${name}`, { text }, options)) {
    yield (note as { text: string }).text;
  }
}

async function* question() {
  yield { messageRequest: { case: "listServices", value: "" } } as const;
}

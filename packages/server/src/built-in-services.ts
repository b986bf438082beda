/** The services that a server has besides those of the application. */
import type { DescService } from "@bufbuild/protobuf";
import { Health } from "./gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "./gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "./gen/grpc/reflection/v1alpha/reflection_pb.js";
import type { HealthBoard } from "./health/health-board.js";
import { healthService } from "./health/health-service.js";
import { reflectionService } from "./reflection/reflection-service.js";
import { Schema } from "./reflection/schema.js";

/** A service and what answers it. */
export interface BuiltIn {
  readonly service: DescService;
  readonly handler: object;
}

/** The health of what `board` says. */
export function healthBuiltIn(board: HealthBoard): BuiltIn {
  return { service: Health, handler: healthService(board) };
}

/** The schema of `services`, and of itself, under both of its names. */
export function reflectionBuiltIns(services: readonly DescService[]): BuiltIn[] {
  const own = [ServerReflection, ServerReflectionAlpha];
  const all = [...new Set([...services, ...own])];
  const schema = new Schema(all.map(({ file }) => file));
  const handler = reflectionService(schema, [...new Set(all.map(({ typeName }) => typeName))]);
  return own.map((service) => ({ service, handler }));
}

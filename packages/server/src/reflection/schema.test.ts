import { fromBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_go_features,
  file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";
import { Health } from "../gen/grpc/health/v1/health_pb.js";
import { Schema, writeFiles } from "./schema.js";

const features = "google/protobuf/go_features.proto";
const descriptor = "google/protobuf/descriptor.proto";
const schema = new Schema([
  Health.file,
  file_google_protobuf_go_features,
  file_google_protobuf_timestamp,
]);

test.each([
  { symbol: "grpc.health.v1.Health", file: "grpc/health/v1/health.proto" },
  { symbol: "grpc.health.v1.Health.Watch", file: "grpc/health/v1/health.proto" },
  { symbol: "grpc.health.v1.HealthCheckRequest.service", file: "grpc/health/v1/health.proto" },
  {
    symbol: "grpc.health.v1.HealthCheckResponse.ServingStatus",
    file: "grpc/health/v1/health.proto",
  },
  {
    symbol: "grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING",
    file: "grpc/health/v1/health.proto",
  },
  { symbol: "google.protobuf.FeatureSet", file: descriptor },
  { symbol: "pb.go", file: features },
  { symbol: "grpc.health.v1.Health.NoSuch", file: undefined },
  { symbol: "grpc.health.v1", file: undefined },
  { symbol: "", file: undefined },
])("$symbol stands in $file", ({ symbol, file }) => {
  expect(schema.fileOf(symbol)?.proto.name).toBe(file);
});

test("a file is found by its name, also one that is only imported", () => {
  expect(schema.file(descriptor)?.proto.name).toBe(descriptor);
  expect(schema.file("no/such.proto")).toBeUndefined();
});

test("an extension is found by message and number", () => {
  expect(schema.extensionsOf("google.protobuf.FeatureSet")).toEqual([1002]);
  expect(schema.fileOfExtension("google.protobuf.FeatureSet", 1002)?.proto.name).toBe(features);
  expect(schema.fileOfExtension("google.protobuf.FeatureSet", 7)).toBeUndefined();
  expect(schema.fileOfExtension("no.Such", 1002)).toBeUndefined();
  expect(schema.extensionsOf("no.Such")).toBeUndefined();
  expect(schema.extensionsOf("google.protobuf.Timestamp")).toEqual([]);
});

test("a file comes with its imports, each once in a stream, and always when it is asked for", () => {
  const sent = new Set<string>();
  const names = () =>
    writeFiles(file_google_protobuf_go_features, sent).map(
      (bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name,
    );
  expect(names()).toEqual([features, descriptor]);
  expect(names()).toEqual([features]);
});

import { isGrpc, parseGrpcContentType, readsEncoding } from "./server-plan.js";

test.each([
  { type: "application/grpc", parsed: "bare", grpc: true },
  { type: "application/grpc+proto", parsed: "proto", grpc: true },
  { type: "application/grpc+json", parsed: "json", grpc: true },
  { type: "Application/gRPC+JSON; charset=utf-8", parsed: "json", grpc: true },
  { type: "application/grpc;x=y", parsed: "bare", grpc: true },
  { type: "application/grpc+hessian2", parsed: undefined, grpc: true },
  { type: "application/grpc-web", parsed: undefined, grpc: false },
  { type: "application/grpc-web+proto", parsed: undefined, grpc: false },
  { type: "application/proto", parsed: undefined, grpc: false },
  { type: "application/grpcx", parsed: undefined, grpc: false },
  { type: "", parsed: undefined, grpc: false },
])("content type $type", ({ type, parsed, grpc }) => {
  expect(parseGrpcContentType(type)).toBe(parsed);
  expect(isGrpc(type)).toBe(grpc);
});

test.each([
  { accepted: undefined, encoding: "identity", answer: false },
  { accepted: undefined, encoding: "gzip", answer: true },
  { accepted: "", encoding: "gzip", answer: true },
  { accepted: "identity", encoding: "gzip", answer: false },
  { accepted: "identity, deflate,gzip", encoding: "identity", answer: true },
  { accepted: "xgzip", encoding: "identity", answer: false },
  { accepted: "br", encoding: "identity", answer: false },
])("who sends $encoding and accepts $accepted gets gzip: $answer", (row) => {
  expect(readsEncoding("gzip", row.accepted, row.encoding)).toBe(row.answer);
});

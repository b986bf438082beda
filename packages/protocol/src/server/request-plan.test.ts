import { memoryLogger } from "@thrice/core/testing";
import { HeaderList, SharedFields } from "@thrice/http2";
import { KindsService } from "../../test/gen/kinds/kinds_pb.js";
import { brotli, gzip } from "../grpc/encodings.js";
import { planRequest } from "./request-plan.js";
import { Routes } from "./routes.js";

const served = { service: KindsService, implementation: {}, maxReceiveBytes: 1 };
const routes = new Routes([served], memoryLogger());
const path = "/kinds.KindsService/Unary";
const post = [":method", "POST", ":path", path, "content-type", "application/grpc"];

function list(shared: string[], own: string[] = []) {
  return new HeaderList(new SharedFields(shared), own, 0, 0);
}

describe("planRequest", () => {
  test("keeps its decision with the part of the headers that repeats", () => {
    const headers = list(post);
    const plan = planRequest(headers, routes);
    expect(headers.shared.memo).toBe(plan);
    const next = new HeaderList(headers.shared, ["grpc-timeout", "1S", "x", "y"], 0, 0);
    expect(planRequest(next, routes)).toBe(plan);
  });

  test.each([
    { name: ":path", value: "/elsewhere", kind: "grpc" },
    { name: "content-type", value: "text/plain", kind: "grpc" },
    { name: "grpc-encoding", value: "br", kind: "grpc" },
    { name: "grpc-accept-encoding", value: "gzip", kind: "grpc" },
    { name: "tri-service-group", value: "g", kind: "miss" },
    { name: "tri-service-version", value: "2", kind: "miss" },
  ])("decides anew, and keeps nothing, when the rest has $name", ({ name, value, kind }) => {
    const { shared } = list(post);
    expect(planRequest(new HeaderList(shared, [name, value], 0, 0), routes)).toMatchObject({
      kind,
    });
    expect(shared.memo).toBeUndefined();
  });

  test("keeps nothing with an empty part, which all lists may share", () => {
    const headers = list([], post);
    expect(planRequest(headers, routes)).toMatchObject({ kind: "grpc" });
    expect(headers.shared.memo).toBeUndefined();
  });

  test.each([
    { method: "POST", type: "application/grpc+proto", kind: "grpc" },
    { method: "GET", type: "application/grpc", kind: "universal" },
    { method: "POST", type: "application/grpc-web+proto", kind: "universal" },
    { method: "POST", type: "application/proto", kind: "universal" },
    { method: "POST", type: "application/grpc+hessian2", kind: "universal" },
  ])("$method with $type is $kind", ({ method, type, kind }) => {
    const headers = list([":method", method, ":path", path, "content-type", type]);
    expect(planRequest(headers, routes)).toMatchObject({ kind });
  });

  test.each([
    { encoding: "gzip", sentEncoding: gzip, unknownEncoding: undefined },
    { encoding: "br", sentEncoding: brotli, unknownEncoding: undefined },
    { encoding: "identity", sentEncoding: undefined, unknownEncoding: undefined },
    { encoding: "snappy", sentEncoding: undefined, unknownEncoding: "snappy" },
  ])("of encoding $encoding", ({ encoding, ...rest }) => {
    expect(planRequest(list([...post, "grpc-encoding", encoding]), routes)).toMatchObject(rest);
  });

  test.each([
    { type: "application/grpc", isGrpc: true },
    { type: "application/json", isGrpc: false },
  ])("misses with $type as what it is", ({ type, isGrpc }) => {
    const headers = list([":method", "POST", ":path", "/x/Y", "content-type", type]);
    const reason = "/x/Y is not served here";
    expect(planRequest(headers, routes)).toEqual({ kind: "miss", isGrpc, reason });
  });
});

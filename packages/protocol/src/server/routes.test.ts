import { memoryLogger } from "@thrice/core/testing";
import { KindsService } from "../../test/gen/kinds/kinds_pb.js";
import { type Found, Routes } from "./routes.js";

const unnamed = { group: "", version: "" };

function served(key: { group?: string; version?: string } = {}) {
  return { service: KindsService, implementation: {}, maxReceiveBytes: 1, ...key };
}

function nameOf(found: Found): string {
  return found.kind === "route" ? found.route.method.name : found.reason;
}

describe("a path", () => {
  const routes = new Routes([served()], memoryLogger());

  test.each([
    { path: "/kinds.KindsService/Unary", name: "Unary" },
    { path: "/kinds.KindsService/unary", name: "Unary" },
    { path: "/kinds.KindsService/Unary?connect=v1", name: "Unary" },
    { path: "/kinds.KindsService/UNARY", name: "/kinds.KindsService/UNARY is not served here" },
    { path: "/Kinds.KindsService/Unary", name: "/Kinds.KindsService/Unary is not served here" },
    { path: "/kinds.KindsService/", name: "/kinds.KindsService/ is not served here" },
    { path: "/", name: "/ is not served here" },
    { path: "", name: " is not served here" },
    { path: "*", name: "* is not served here" },
    { path: "/__proto__/constructor", name: "/__proto__/constructor is not served here" },
  ])("$path leads to: $name", ({ path, name }) => {
    expect(nameOf(routes.find(path, unnamed))).toBe(name);
  });
});

describe("a service key", () => {
  const routes = new Routes([served(), served({ group: "g", version: "2" })], memoryLogger());
  const find = (group: string, version: string) =>
    routes.find("/kinds.KindsService/Unary", { group, version });

  test("chooses between two that share a path", () => {
    const [plain, named] = [find("", ""), find("g", "2")];
    expect([plain.kind, named.kind]).toEqual(["route", "route"]);
    expect(plain).not.toBe(named);
  });

  test("that nothing has is a miss, which names it", () => {
    expect(find("g", "3")).toEqual({
      kind: "miss",
      reason: "no implementation found for service group g and service version 3",
    });
  });
});

import { resolveWireOptions } from "./wire-options.js";

const unusual = { useBinaryFormat: false, useHttpGet: true } as const;

describe("wire options", () => {
  test("are gRPC over HTTP/2 in the binary form unless set", () => {
    expect(resolveWireOptions({})).toEqual({
      protocol: "grpc",
      httpVersion: "2",
      useBinaryFormat: true,
      useHttpGet: false,
    });
  });

  test("take what fits together", () => {
    const options = { protocol: "connect", httpVersion: "1.1", ...unusual } as const;
    expect(resolveWireOptions(options)).toEqual(options);
  });

  test.each([
    {
      options: { protocol: "rest" },
      says: "protocol must be one of 'grpc', 'connect', 'grpc-web', got 'rest'",
    },
    { options: { protocol: null }, says: "protocol must be one of" },
    { options: { httpVersion: "3" }, says: "httpVersion must be one of '1.1', '2', got '3'" },
    { options: { httpVersion: 2 }, says: "httpVersion must be one of" },
    { options: { useBinaryFormat: "yes" }, says: "useBinaryFormat must be" },
    { options: { useHttpGet: 1 }, says: "useHttpGet must be" },
    {
      options: { httpVersion: "1.1" },
      says: "httpVersion must be '2' with protocol 'grpc', got '1.1'",
    },
    {
      options: { protocol: "grpc-web", useHttpGet: true },
      says: "useHttpGet must be false with protocol 'grpc-web', got true",
    },
  ])("refuses $options", ({ options, says }) => {
    expect(() => resolveWireOptions(options as never)).toThrow(says);
  });
});

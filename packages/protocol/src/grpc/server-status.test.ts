import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { BusinessError } from "@thrice/core";
import { NoteSchema } from "../../test/gen/kinds/kinds_pb.js";
import { fieldsFromError } from "./server-status.js";

describe("fieldsFromError", () => {
  test.each([
    {
      error: new ConnectError("gone", Code.NotFound),
      fields: ["grpc-status", "5", "grpc-message", "gone"],
    },
    { error: new ConnectError("", Code.Unknown), fields: ["grpc-status", "2"] },
    {
      error: new ConnectError("100% ü", Code.Internal),
      fields: ["grpc-status", "13", "grpc-message", "100%25 %C3%BC"],
    },
    { error: new ConnectError("", 17 as Code), fields: ["grpc-status", "17"] },
    {
      error: new BusinessError("sold out"),
      fields: ["grpc-status", "17", "grpc-message", "sold out"],
    },
    { error: new ConnectError("", 0 as Code), fields: ["grpc-status", "2"] },
    { error: new ConnectError("", Number.NaN as Code), fields: ["grpc-status", "2"] },
  ])("renders $error", ({ error, fields }) => {
    expect(fieldsFromError(error)).toEqual(fields);
  });

  test("renders details as Connect reads them", () => {
    const detail = { desc: NoteSchema, value: { text: "why" } };
    const error = new ConnectError("half \ud800", Code.Aborted, undefined, [detail]);
    const fields = fieldsFromError(error);
    const headers = new Headers();
    for (let i = 0; i < fields.length; i += 2) headers.set(fields[i] ?? "", fields[i + 1] ?? "");
    const read = findTrailerError(headers);
    expect(read).toMatchObject({ code: Code.Aborted, rawMessage: "half \ufffd" });
    expect(read?.findDetails(NoteSchema)).toEqual([create(NoteSchema, { text: "why" })]);
  });

  test("renders a business error with code 17 in its details too, which Dubbo-go believes more", () => {
    const error = new BusinessError("sold out");
    error.details = [{ desc: NoteSchema, value: { text: "why" } }];
    const [, status, , , name = "", bin = ""] = fieldsFromError(error);
    expect(status).toBe("17");
    expect(findTrailerError(new Headers({ [name]: bin }))).toMatchObject({ code: 17 });
  });

  test("throws for a detail that is not what its schema says", () => {
    const detail = {
      desc: NoteSchema,
      value: {
        get text(): string {
          throw new Error("no text");
        },
      },
    };
    expect(() =>
      fieldsFromError(new ConnectError("", Code.Aborted, undefined, [detail])),
    ).toThrow();
  });
});

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { BusinessError } from "@thrice/core";
import { NoteSchema } from "../../test/gen/kinds/kinds_pb.js";
import { fieldsFromError } from "../grpc/server-status.js";
import { attemptFailure } from "./attempt-failure.js";
import { repairStatus } from "./repair-status.js";
import { WireError } from "./wire-error.js";

/** The error that Connect makes of a status. */
function said(status: string, more: Record<string, string> = {}): ConnectError | undefined {
  return findTrailerError(repairStatus(new Headers({ "grpc-status": status, ...more })));
}

describe("attemptFailure", () => {
  test.each(["refused", "connect-failed", "connection-lost", "cancelled", "rejected"] as const)(
    "keeps the outcome %s of a wire error",
    (outcome) => {
      const error = new WireError(outcome, Code.ResourceExhausted, "why");
      expect(attemptFailure(error)).toEqual({ outcome, error });
    },
  );

  test("tells of a request that was never sent", () => {
    const error = WireError.ofUnsent("gone");
    expect(attemptFailure(error)).toEqual({ outcome: "refused", error, neverSent: true });
  });

  test("does not take every ConnectError for a wire error", () => {
    expect(WireError.is(new ConnectError("no"))).toBe(false);
    expect(WireError.is(undefined)).toBe(false);
  });

  test("counts a status of the peer as answered", () => {
    expect(attemptFailure(said("14", { "grpc-message": "busy" }))).toMatchObject({
      outcome: "answered",
      error: { code: Code.Unavailable, rawMessage: "busy" },
    });
  });

  test("counts an answer that breaks the protocol as answered", () => {
    const error = new ConnectError("protocol error", Code.Internal);
    expect(attemptFailure(error)).toEqual({ outcome: "answered", error });
  });

  test("counts a message above the limit of this side as rejected", () => {
    const error = new ConnectError("too large", Code.ResourceExhausted);
    expect(attemptFailure(error)).toEqual({ outcome: "rejected", error });
  });

  test("counts the peer's own resource_exhausted as answered", () => {
    expect(attemptFailure(said("8"))).toMatchObject({ outcome: "answered" });
  });

  test("makes status 17 a business error without our mark", () => {
    const { error } = attemptFailure(said("17", { "grpc-message": "sold%20out", "x-a": "1" }));
    expect(BusinessError.is(error)).toBe(true);
    expect(error).toMatchObject({ rawMessage: "sold out", code: Code.Unknown });
    expect(error.metadata.get("x-a")).toBe("1");
    expect([...error.metadata.keys()]).not.toContain("thrice-business-error");
  });

  test("keeps the details of a business error", () => {
    const sent = new BusinessError("sold out");
    sent.details = [{ desc: NoteSchema, value: { text: "why" } }];
    const [, status = "", , message = "", name = "", bin = ""] = fieldsFromError(sent);
    const { error } = attemptFailure(said(status, { "grpc-message": message, [name]: bin }));
    expect(BusinessError.is(error)).toBe(true);
    expect(error.rawMessage).toBe("sold out");
    expect(error.findDetails(NoteSchema)).toEqual([create(NoteSchema, { text: "why" })]);
  });

  test("hands on the peer's pushback", () => {
    expect(attemptFailure(said("14", { "grpc-retry-pushback-ms": "5" }))).toMatchObject({
      pushback: { kind: "after", delayMs: 5 },
    });
  });

  test.each(["text", undefined, null, { cyclic: true }])("makes an error of %j", (reason) => {
    expect(attemptFailure(reason)).toMatchObject({
      outcome: "answered",
      error: { code: Code.Unknown },
    });
  });
});

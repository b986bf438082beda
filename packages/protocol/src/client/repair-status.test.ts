import { repairStatus, takeBusinessMarker } from "./repair-status.js";

/** google.rpc.Status in base64: by code and message. */
const details = {
  of14: "CA4SBGJ1c3k", // 14, "busy"
  of17: "CBESCHNvbGQgb3V0", // 17, "sold out"
  ok: "CAA",
};

function repaired(fields: Record<string, string>) {
  const header = repairStatus(new Headers(fields));
  return { marked: takeBusinessMarker(header), ...Object.fromEntries(header) };
}

describe("repairStatus", () => {
  test.each([
    { "x-other": "1" },
    { "grpc-status": "0" },
    { "grpc-status": "16", "grpc-message": "a%20b" },
    { "grpc-status": "14", "grpc-message": "m", "grpc-status-details-bin": details.of14 },
  ])("leaves %j as it is", (fields) => {
    expect(repaired(fields)).toEqual({ marked: false, ...fields });
  });

  test.each(["17", "99", "-1", "", "x", "14abc", "1.0", "016"])(
    "turns the status %j into unknown, and keeps its message",
    (status) => {
      const fields = { "grpc-status": status, "grpc-message": "m" };
      expect(repaired(fields)).toEqual({
        marked: status === "17",
        "grpc-status": "2",
        "grpc-message": "m",
      });
    },
  );

  test.each(["100%", "%", "%zz", "%E4%BD", "a%20b%"])(
    "makes the message %j readable",
    (message) => {
      const header = repairStatus(new Headers({ "grpc-status": "14", "grpc-message": message }));
      expect(decodeURIComponent(header.get("grpc-message") ?? "")).toBe(message);
      expect(header.get("grpc-status")).toBe("14");
    },
  );

  test.each([
    { what: "cannot be read", bin: "!!!!" },
    { what: "are no status", bin: "/////w" },
    { what: "say ok", bin: details.ok },
    { what: "say another status", bin: details.of17 },
  ])("drops details that $what", ({ bin }) => {
    const fields = { "grpc-status": "14", "grpc-status-details-bin": bin };
    expect(repaired(fields)).toEqual({ marked: false, "grpc-status": "14" });
  });

  test("drops details without a status", () => {
    expect(repaired({ "grpc-status-details-bin": details.of14 })).toEqual({ marked: false });
  });

  test("takes the message from the details if there is no other", () => {
    const fields = { "grpc-status": "17", "grpc-status-details-bin": details.of17 };
    expect(repaired(fields)).toEqual({
      marked: true,
      "grpc-status": "2",
      "grpc-message": "sold%20out",
    });
  });

  test("does not let a peer set the mark", () => {
    const fields = { "grpc-status": "2", "thrice-business-error": "1" };
    expect(repaired(fields)).toEqual({ marked: false, "grpc-status": "2" });
  });
});

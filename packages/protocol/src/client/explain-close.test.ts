import { Code } from "@connectrpc/connect";
import { type CloseFacts, explainClose } from "./explain-close.js";

const facts: CloseFacts = {
  peer: "a:1",
  streamId: 5,
  resetCode: 0,
  lastStreamId: undefined,
  closedHere: false,
  connectionDown: false,
  cause: undefined,
};
const broken = new Error("read ECONNRESET");

interface Row {
  readonly what: string;
  readonly change: Partial<CloseFacts>;
  readonly outcome: string;
  readonly code: Code;
  readonly text: string;
}

const rows: readonly Row[] = [
  {
    what: "this side closed the channel",
    change: { closedHere: true, connectionDown: true, streamId: undefined, lastStreamId: 1 },
    outcome: "cancelled",
    code: Code.Canceled,
    text: "the channel was closed",
  },
  {
    what: "the stream never got onto the wire",
    change: { streamId: undefined, connectionDown: true, resetCode: 8 },
    outcome: "refused",
    code: Code.Unavailable,
    text: "a:1 went away before the request was sent",
  },
  {
    what: "GOAWAY left the stream out",
    change: { lastStreamId: 3, connectionDown: true, resetCode: 8 },
    outcome: "refused",
    code: Code.Unavailable,
    text: "a:1 is going away and did not take the request",
  },
  {
    what: "GOAWAY included the stream, and the connection broke",
    change: { lastStreamId: 5, connectionDown: true },
    outcome: "connection-lost",
    code: Code.Unavailable,
    text: "connection to a:1 lost: the peer closed it",
  },
  {
    what: "the stream was refused",
    change: { resetCode: 7, connectionDown: true },
    outcome: "refused",
    code: Code.Unavailable,
    text: "a:1 refused the stream",
  },
  {
    what: "the connection broke for a known reason",
    change: { connectionDown: true, cause: broken, resetCode: 8 },
    outcome: "connection-lost",
    code: Code.Unavailable,
    text: "connection to a:1 lost: read ECONNRESET",
  },
];

const resets = [
  { resetCode: 0, name: "NO_ERROR", code: Code.Internal },
  { resetCode: 1, name: "PROTOCOL_ERROR", code: Code.Internal },
  { resetCode: 2, name: "INTERNAL_ERROR", code: Code.Internal },
  { resetCode: 3, name: "FLOW_CONTROL_ERROR", code: Code.Internal },
  { resetCode: 4, name: "SETTINGS_TIMEOUT", code: Code.Internal },
  { resetCode: 5, name: "STREAM_CLOSED", code: Code.Internal },
  { resetCode: 6, name: "FRAME_SIZE_ERROR", code: Code.Internal },
  { resetCode: 8, name: "CANCEL", code: Code.Canceled },
  { resetCode: 9, name: "COMPRESSION_ERROR", code: Code.Internal },
  { resetCode: 10, name: "CONNECT_ERROR", code: Code.Internal },
  { resetCode: 11, name: "ENHANCE_YOUR_CALM", code: Code.ResourceExhausted },
  { resetCode: 12, name: "INADEQUATE_SECURITY", code: Code.PermissionDenied },
  { resetCode: 13, name: "HTTP_1_1_REQUIRED", code: Code.Internal },
  { resetCode: 14, name: "code 14", code: Code.Internal },
  { resetCode: 0xffff_ffff, name: "code 4294967295", code: Code.Internal },
];

describe("explainClose", () => {
  test.each(rows)("says $outcome when $what", ({ change, outcome, code, text }) => {
    const error = explainClose({ ...facts, ...change });
    expect(error).toMatchObject({ outcome, code, rawMessage: text, cause: change.cause });
  });

  test.each(resets)("says answered when the peer reset with $name", ({ resetCode, name, code }) => {
    expect(explainClose({ ...facts, resetCode })).toMatchObject({
      outcome: "answered",
      code,
      rawMessage: `a:1 reset the stream (${name})`,
    });
  });
});

import { equals } from "@bufbuild/protobuf";
import { type AttemptResult, type ClusterStrategy, Code, ConnectError } from "@thrice/client";

/** Asks one endpoint after the other until two have given the same answer; three have to be enough. */
export const secondOpinion: ClusterStrategy = {
  name: "second-opinion",
  async run(call) {
    const heard: AttemptResult[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const endpoint = call.pick({ exclude: call.tried });
      if (call.tried.some(({ id }) => id === endpoint?.id)) break; // everyone was asked
      const result = await call.attempt(endpoint, { kind: "planned" });
      const twin = heard.find((other) => agree(call.method.output, other, result));
      if (twin !== undefined) return twin;
      heard.push(result);
    }
    const failed = heard.find((result) => !result.ok);
    return failed ?? { ok: false, endpoint: undefined, outcome: "rejected", error: noTwoAgree() };
  },
};

function agree(type: Parameters<typeof equals>[0], one: AttemptResult, other: AttemptResult) {
  if (!one.ok || one.answer.kind !== "unary") return false;
  if (!other.ok || other.answer.kind !== "unary") return false;
  return equals(type, one.answer.message, other.answer.message);
}

function noTwoAgree(): ConnectError {
  return new ConnectError("no two endpoints gave the same answer", Code.Aborted);
}

import { type DescMethod, isMessage, type Message } from "@bufbuild/protobuf";
import {
  type ClusterStrategy,
  checkFunction,
  checkKnownOptions,
  show,
  type UnaryAnswer,
} from "@thrice/core";
import { askEveryone, checkMaxFailedRatio, type EveryoneOptions } from "./ask-everyone.js";

/** Makes one answer of several, which come in the order of the endpoints and are never none. */
export type Merge<M extends Message> = (
  answers: readonly M[],
  method: DescMethod,
) => M | Promise<M>;

/**
 * Asks every endpoint at once and answers with what `merge` makes of the answers. Fails when more than `maxFailedRatio` of
 * the endpoints fail. For calls with one answer, whose attachments are those of the first one.
 *
 * @throws TypeError or RangeError naming the option, its bound and its value.
 */
export function mergeable<M extends Message>(
  merge: Merge<M>,
  options: EveryoneOptions = {},
): ClusterStrategy {
  checkFunction("merge", merge);
  checkKnownOptions("options of mergeable", options, new Set(["maxFailedRatio"]));
  const maxFailedRatio = checkMaxFailedRatio(options);
  return {
    name: "mergeable",
    async run(call) {
      const everyone = await askEveryone("mergeable", call, maxFailedRatio);
      if (!everyone.ok) return everyone;
      const answers = everyone.answered.map(({ answer }) => (answer as UnaryAnswer).message as M);
      const message: unknown = await merge(answers, call.method);
      const [{ endpoint, answer }] = everyone.answered;
      const { header, trailer } = answer;
      checkMerged(message, call.method);
      return { ok: true, endpoint, answer: { kind: "unary", message, header, trailer } };
    },
  };
}

function checkMerged(value: unknown, { output }: DescMethod): asserts value is Message {
  if (isMessage(value, output)) return;
  throw new TypeError(`merge must return a ${output.typeName}, got ${show(value)}`);
}

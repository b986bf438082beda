import type { Message } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { type Answer, type AttemptRecord, attachAttempts } from "@thrice/core";

/** Gives the error of a stream that breaks while it is read the history of its call. */
export function withHistory(answer: Answer, attempts: readonly AttemptRecord[]): Answer {
  if (answer.kind === "unary") return answer;
  return { ...answer, messages: readWithHistory(answer.messages, attempts) };
}

function readWithHistory(
  messages: AsyncIterable<Message>,
  attempts: readonly AttemptRecord[],
): AsyncIterableIterator<Message> {
  const iterator = messages[Symbol.asyncIterator]();
  const attach = (reason: unknown): never => {
    const error = ConnectError.from(reason);
    attachAttempts(error, attempts);
    throw error;
  };
  return {
    next: () => iterator.next().catch(attach),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

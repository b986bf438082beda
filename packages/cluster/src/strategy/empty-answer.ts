import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
import type { AnsweredAttempt } from "@thrice/core";
import { answersWithMany } from "./refusal.js";

/** An answer that nobody gave: a message with every field at its default, or a stream of none. */
export function emptyAnswer(method: DescMethod): AnsweredAttempt {
  const empty = { header: new Headers(), trailer: new Headers() };
  const answer = answersWithMany(method)
    ? ({ kind: "stream", messages: noMessages(), ...empty } as const)
    : ({ kind: "unary", message: create(method.output), ...empty } as const);
  return { ok: true, endpoint: undefined, answer };
}

async function* noMessages(): AsyncGenerator<Message> {}

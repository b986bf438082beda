/** From the wire's answers to Connect's responses, as interceptors know them, and back. */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import { type Answer, show } from "@thrice/core";

type Response = UnaryResponse | StreamResponse;

export function responseFrom(
  { stream, service, method }: UnaryRequest | StreamRequest,
  answer: Answer,
): Response {
  const { header, trailer } = answer;
  const message = answer.kind === "stream" ? answer.messages : answer.message;
  const shaped = stream && answer.kind === "unary" ? single(answer.message) : message;
  return { stream, service, method, header, trailer, message: shaped } as Response;
}

/** @throws TypeError unless it is a response; ConnectError if one of a single message has none. */
export async function answerFrom(
  { methodKind }: DescMethod,
  response: Response | undefined,
): Promise<Answer> {
  const message: unknown = response?.message;
  if (response === undefined || typeof message !== "object" || message === null) {
    throw new TypeError(`it returned no response, but ${show(response)}`);
  }
  const { header, trailer } = response;
  if (methodKind === "server_streaming" || methodKind === "bidi_streaming") {
    return { kind: "stream", messages: message as AsyncIterable<Message>, header, trailer };
  }
  const only = response.stream ? await lastOf(response.message) : response.message;
  return { kind: "unary", message: only, header, trailer };
}

async function lastOf(messages: AsyncIterable<Message>): Promise<Message> {
  let last: Message | undefined;
  for await (const message of messages) last = message;
  if (last !== undefined) return last;
  throw new ConnectError("no message in the answer", Code.Unimplemented);
}

async function* single(message: Message): AsyncGenerator<Message> {
  yield message;
}

/** Requests to the test service, and a short form of how they ended. */
import { create, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Place, systemClock } from "@thrice/core";
import { type AttemptEnd, type ListenedAttempt, listenToAttempt } from "@thrice/core/testing";
import {
  type AttemptDetails,
  type ChannelOptions,
  type ChannelRequest,
  openChannel,
} from "../../src/index.js";
import { KindsService, type Note, NoteSchema } from "../gen/kinds/kinds_pb.js";

export type MethodName = keyof typeof KindsService.method;

/** All that an attempt is told. */
export type AttemptInit = ChannelRequest & AttemptDetails;

/** A channel whose attempts have promises. */
export interface TestChannel {
  start(init: AttemptInit): ListenedAttempt;
  retire(): Promise<void>;
  close(): Promise<void>;
}

/** A channel to this machine, with limits that no test reaches unless it sets them. */
export function channelTo(
  port: number,
  options: Partial<ChannelOptions> = {},
  host = "127.0.0.1",
): TestChannel {
  return channelToPlace({ host, port }, options);
}

/** As {@link channelTo}, to any place. */
export function channelToPlace(place: Place, options: Partial<ChannelOptions> = {}): TestChannel {
  const channel = openChannel(place, {
    connectTimeoutMs: 10_000,
    maxReceiveBytes: 4 * 1024 * 1024,
    clock: systemClock,
    ...options,
  });
  return {
    start: (init) => listenToAttempt((listener) => channel.start(init, init, listener)),
    retire: () => channel.retire(),
    close: () => channel.close(),
  };
}

/** A request of one message. */
export function one(
  method: MethodName,
  text = "hello",
  more: Partial<AttemptInit> = {},
): AttemptInit {
  return requestOf(method, { input: { kind: "one", message: note(text) }, ...more });
}

/** A request of many messages. */
export function many(
  method: MethodName,
  messages: AsyncIterable<Message>,
  more: Partial<AttemptInit> = {},
): AttemptInit {
  return requestOf(method, { input: { kind: "many", messages }, ...more });
}

export function note(text: string): Note {
  return create(NoteSchema, { text });
}

export async function* notes(...texts: string[]): AsyncGenerator<Note> {
  for (const text of texts) yield note(text);
}

/** How the attempt ended, once it holds nothing any more; the texts of a stream are read to its end. */
export async function endOf(attempt: ListenedAttempt) {
  const end = await attempt.end;
  if (!end.ok) {
    await attempt.finished;
    return { outcome: end.outcome, ...errorOf(end.error) };
  }
  const { answer } = end;
  if (answer.kind === "unary") {
    await attempt.finished;
    return { text: textOf(answer.message) };
  }
  const texts: string[] = [];
  try {
    for await (const message of answer.messages) texts.push(textOf(message));
  } catch (reason) {
    await attempt.finished;
    return { texts, ...errorOf(reason) };
  }
  await attempt.finished;
  return { texts };
}

/** The messages of an answer that began well. */
export async function answerOf(end: Promise<AttemptEnd>): Promise<AsyncIterator<Message>> {
  const settled = await end;
  if (!settled.ok) throw settled.error;
  if (settled.answer.kind === "unary") throw new Error("not a stream");
  return settled.answer.messages[Symbol.asyncIterator]();
}

export function textOf(message: Message): string {
  return (message as Note).text;
}

function errorOf(reason: unknown) {
  const error = ConnectError.from(reason);
  return { code: Code[error.code], message: error.rawMessage };
}

function requestOf(
  method: MethodName,
  rest: Partial<AttemptInit> & Pick<AttemptInit, "input">,
): AttemptInit {
  return {
    method: KindsService.method[method],
    header: new Headers(),
    timeoutMs: Number.POSITIVE_INFINITY,
    previousAttempts: 0,
    ...rest,
  };
}

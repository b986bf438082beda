/** What the compiler says to users of generated code. Checked by tsc, and never run. */
import type { HandlerContext, ServiceHost, StubHost } from "@thrice/core/codegen-v1";
import { newTalkService as newTalkServiceOfJs } from "../testdata/javascript/gen/talk_thrice.js";
import type { Answer, Question } from "../testdata/kinds/gen/kinds_pb.js";
import {
  newTalkService,
  registerTalkServiceHandler,
  type TalkServiceHandler,
} from "../testdata/kinds/gen/kinds_thrice.js";
import { newWordService } from "../testdata/method-names/gen/method_names_thrice.js";

declare const client: StubHost;
declare const server: ServiceHost;
declare const talker: TalkServiceHandler;
declare const question: Question;
declare const questions: AsyncIterable<{ text: string }>;

/** A stub is called with messages or plain objects, and answers messages. */
export async function calls(): Promise<void> {
  const talk = newTalkService(client, { retries: 5, methods: { ask: { timeoutMs: 100 } } });
  const answer: Answer = await talk.ask({ text: "?" }, { retries: 6, onHeader() {} });
  const told: Answer = await talk.tell(questions);
  for await (const one of talk.listen(question)) answer.text = one.text;
  for await (const one of talk.talk(questions, {})) told.text = one.text;
  await newWordService(client).new({});
  await newWordService(client, { methods: { new: { retries: 0 } } }).delete({});
  await newTalkServiceOfJs(client).ask({ text: "?" });

  // @ts-expect-error a wrong message field
  await talk.ask({ txt: "?" });
  // @ts-expect-error a wrong type of a message field
  await talk.ask({ text: 1 });
  // @ts-expect-error a method that does not exist
  await talk.asks({});
  // @ts-expect-error one message where a stream is asked for
  await talk.tell({ text: "?" });
  // @ts-expect-error a stream where one answer is given
  await talk.listen({ text: "?" }).text;
  // @ts-expect-error a wrong option name
  await talk.ask({}, { retrys: 1 });
  // @ts-expect-error a wrong message field, with the .d.ts of target=js+dts
  await newTalkServiceOfJs(client).ask({ txt: "?" });
}

/** Options name what exists. */
export function options(): void {
  // @ts-expect-error a wrong method name
  newTalkService(client, { methods: { asks: { retries: 1 } } });
  // @ts-expect-error a method by its name in the proto
  newTalkService(client, { methods: { Ask: { retries: 1 } } });
  // @ts-expect-error a wrong option of a method
  newTalkService(client, { methods: { ask: { retrys: 1 } } });
  // @ts-expect-error a wrong option of the service
  newTalkService(client, { retrys: 1 });
  // @ts-expect-error an option that only a call has
  newTalkService(client, { signal: AbortSignal.abort() });
  // @ts-expect-error a server is no client
  newTalkService(server);
}

/** A class may implement the interface; answers are messages or plain objects, at once or later. */
export class Talker implements TalkServiceHandler {
  ask(request: Question): { text: string } {
    return { text: request.text };
  }
  async *listen(request: Question, context: HandlerContext): AsyncGenerator<{ text: string }> {
    while (!context.signal.aborted) yield { text: request.text };
  }
  async tell(requests: AsyncIterable<Question>): Promise<{ text: string }> {
    for await (const request of requests) return { text: request.text };
    return { text: "" };
  }
  async *talk(requests: AsyncIterable<Question>): AsyncGenerator<{ text: string }> {
    for await (const request of requests) yield { text: request.text };
  }
}

/** A handler is a class's instance or a plain object, and has every method. */
export function handlers(): void {
  registerTalkServiceHandler(server, new Talker(), { exposeErrors: true });
  registerTalkServiceHandler(server, { ...talker, ask: (request) => ({ text: request.text }) });

  // @ts-expect-error a method is missing
  registerTalkServiceHandler(server, { ask: () => ({}) });
  // @ts-expect-error a wrong type of a field in an answer
  registerTalkServiceHandler(server, { ...talker, ask: () => ({ text: 1 }) });
  // @ts-expect-error a field that no answer has
  registerTalkServiceHandler(server, { ...talker, ask: () => ({ txt: "" }) });
  // @ts-expect-error one answer where a stream is asked for
  registerTalkServiceHandler(server, { ...talker, listen: () => ({ text: "" }) });
  // @ts-expect-error a wrong option name
  registerTalkServiceHandler(server, talker, { exposeError: true });
  // @ts-expect-error a client is no server
  registerTalkServiceHandler(client, talker);
}

/** What the servers of the soak do: note that they do it, and answer with what came. */
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { type Code, ConnectError, type HandlerContext } from "@thrice/server";
import { AnswerSchema, type Question } from "../src/gen/soak/soak_pb.js";
import type { SoakServiceHandler } from "../src/gen/soak/soak_thrice.js";
import { plainError } from "./call-plan.js";

/** Handlers that have not ended. */
export interface HandlerCount {
  running: number;
}

/** `note` is called with the number of each call before anything else is done for it. */
export function soakHandler(note: (call: number) => void, count: HandlerCount): SoakServiceHandler {
  const one = counted(count, async (question: Question, context: HandlerContext) => {
    note(question.call);
    await consider(question, context);
    return answerTo(question);
  });
  return {
    read: one,
    put: one,
    book: one,
    watch: (question, context) => countedStream(count, watch(question, context, note)),
    collect: counted(count, (questions, context) => collect(questions, context, note)),
    chat: (questions, context) => countedStream(count, chat(questions, context, note)),
  };
}

async function* watch(question: Question, context: HandlerContext, note: (call: number) => void) {
  note(question.call);
  for (let index = 0; index < question.count; index++) {
    await pause(question, context);
    yield { ...answerTo(question), index };
  }
  fail(question);
}

async function collect(
  questions: AsyncIterable<Question>,
  context: HandlerContext,
  note: (call: number) => void,
) {
  const payloads: Uint8Array[] = [];
  let call = 0;
  for await (const question of questions) {
    if (question.index === 0) note(question.call);
    call = question.call;
    payloads.push(question.payload);
    await consider(question, context);
  }
  return { call, payload: Buffer.concat(payloads), count: payloads.length };
}

async function* chat(
  questions: AsyncIterable<Question>,
  context: HandlerContext,
  note: (call: number) => void,
) {
  for await (const question of questions) {
    if (question.index === 0) note(question.call);
    await consider(question, context);
    yield answerTo(question);
  }
}

function answerTo({ call, index, payload }: Question) {
  return { call, index, payload };
}

async function consider(question: Question, context: HandlerContext): Promise<void> {
  await pause(question, context);
  fail(question);
}

async function pause({ delayMs }: Question, { signal }: HandlerContext): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
}

/** @throws what the question asks for. */
function fail({ call, failure }: Question): void {
  if (failure === 0) return;
  if (failure === plainError) throw new Error("asked to fail");
  const detail = { desc: AnswerSchema, value: create(AnswerSchema, { call }) };
  throw new ConnectError("asked to fail", failure as Code, { "x-call": `${call}` }, [detail]);
}

function counted<Request, Answer>(
  count: HandlerCount,
  handle: (request: Request, context: HandlerContext) => Promise<Answer>,
) {
  return async (request: Request, context: HandlerContext) => {
    count.running++;
    try {
      return await handle(request, context);
    } finally {
      count.running--;
    }
  };
}

async function* countedStream<Answer>(count: HandlerCount, answers: AsyncGenerator<Answer>) {
  count.running++;
  try {
    yield* answers;
  } finally {
    count.running--;
  }
}

/** Makes a call as planned, and checks what comes of it. */
import { Code, ConnectError } from "@thrice/client";
import { type Answer, AnswerSchema } from "../src/gen/soak/soak_pb.js";
import type { SoakServiceClient } from "../src/gen/soak/soak_thrice.js";
import { type CallPlan, plainError } from "./call-plan.js";
import { payloadOf } from "./payload.js";
import type { CallEnd } from "./tally.js";

/** What calls share. */
export interface CallRoom {
  /** Given to calls that nobody cancels. */
  readonly signal: AbortSignal;
  /** Sources of requests that have begun and not ended. */
  openSources: number;
}

/** An answer that is not the one to this question. */
class WrongAnswer extends Error {}

/** How much later than its bound a call may end on a busy machine, in milliseconds. */
const graceMs = 10_000;
/** Longest time of a call without a bound, in milliseconds: all attempts during the longest fault. */
const unboundedMs = 60_000;

/** Never rejects. A call that does not end is given up, and told as hung. */
export async function makeCall(
  stub: SoakServiceClient,
  plan: CallPlan,
  room: CallRoom,
): Promise<CallEnd> {
  const { cancelAfterMs, options } = plan;
  const controller = new AbortController();
  const signal = cancelAfterMs === undefined ? room.signal : controller.signal;
  const cancel = setTimeout(() => controller.abort(), cancelAfterMs ?? unboundedMs);
  const patienceMs = options.timeoutMs === undefined ? unboundedMs : options.timeoutMs + graceMs;
  let watchdog: NodeJS.Timeout | undefined;
  const hung = new Promise<CallEnd>((resolve) => {
    const text = `no end within ${patienceMs} ms: ${show(plan)}`;
    watchdog = setTimeout(() => resolve({ kind: "hung", text }), patienceMs);
  });
  const end = perform(stub, plan, signal, room).catch((error) => endOf(error, plan));
  try {
    return await Promise.race([end, hung]);
  } finally {
    clearTimeout(cancel);
    clearTimeout(watchdog);
  }
}

async function perform(
  stub: SoakServiceClient,
  plan: CallPlan,
  signal: AbortSignal,
  room: CallRoom,
): Promise<CallEnd> {
  const options = { ...plan.options, signal };
  const { method } = plan;
  if (method === "watch") {
    return readAll(stub.watch(question(plan, 0), options), plan, plan.count, () => 0);
  }
  if (method === "chat") {
    const answers = stub.chat(questions(plan, room), options);
    return readAll(answers, plan, plan.lengths.length, (index) => index);
  }
  if (method === "collect") {
    checkCollected(await stub.collect(questions(plan, room), options), plan);
  } else {
    checkAnswer(await stub[method](question(plan, 0), options), plan, 0, 0);
  }
  return answered(plan);
}

/** Reads a stream to its end, or leaves it. `askedBy` tells which message of the request an answer repeats. */
async function readAll(
  answers: AsyncIterable<Answer>,
  plan: CallPlan,
  count: number,
  askedBy: (index: number) => number,
): Promise<CallEnd> {
  let index = 0;
  for await (const answer of answers) {
    if (index >= count) throw new WrongAnswer(`more answers than ${count}`);
    checkAnswer(answer, plan, index, askedBy(index));
    index++;
    if (plan.leaveAfter !== undefined && index > plan.leaveAfter) return { kind: "left" };
  }
  if (index < count) throw new WrongAnswer(`${index} answers of ${count}, and a good end`);
  return answered(plan);
}

function answered({ failure }: CallPlan): CallEnd {
  if (failure !== 0) throw new WrongAnswer("a good end, where a failure was asked for");
  return { kind: "answered" };
}

function question(plan: CallPlan, index: number) {
  const { call, count, delayMs, lengths, failure } = plan;
  const payload = payloadOf(call, index, lengths[index] ?? 0);
  const isLast = index === lengths.length - 1;
  return { call, index, payload, count, delayMs, failure: isLast ? failure : 0 };
}

async function* questions(plan: CallPlan, room: CallRoom) {
  room.openSources++;
  try {
    for (const index of plan.lengths.keys()) yield question(plan, index);
  } finally {
    room.openSources--;
  }
}

function checkAnswer(answer: Answer, plan: CallPlan, index: number, askedBy: number): void {
  const { call, lengths } = plan;
  if (answer.call !== call) throw new WrongAnswer(`an answer to call ${answer.call}`);
  if (answer.index !== index) throw new WrongAnswer(`answer ${answer.index} in place of ${index}`);
  checkPayload(answer, payloadOf(call, askedBy, lengths[askedBy] ?? 0));
}

function checkCollected(answer: Answer, { call, lengths }: CallPlan): void {
  if (lengths.length > 0 && answer.call !== call) {
    throw new WrongAnswer(`an answer to call ${answer.call}`);
  }
  if (answer.count !== lengths.length) {
    throw new WrongAnswer(`${answer.count} messages arrived of ${lengths.length}`);
  }
  const parts = lengths.map((length, index) => payloadOf(call, index, length));
  checkPayload(answer, Buffer.concat(parts));
}

function checkPayload({ payload }: Answer, expected: Uint8Array): void {
  if (Buffer.compare(payload, expected) === 0) return;
  throw new WrongAnswer(`a payload of ${payload.length} bytes differs from what was sent`);
}

/** What a failure comes to, given what was asked for. */
function endOf(error: unknown, plan: CallPlan): CallEnd {
  if (!(error instanceof ConnectError)) return wrong(error, plan);
  const { code } = error;
  if (code === Code.Canceled && plan.cancelAfterMs !== undefined) return { kind: "cancelled" };
  if (isAsked(error, plan)) return { kind: "failed as asked" };
  if (code === Code.DeadlineExceeded && isBounded(plan)) return { kind: "late" };
  if (code === Code.Unavailable) return { kind: "unavailable", text: error.message };
  if (code === Code.ResourceExhausted) return { kind: "refused" };
  return wrong(error, plan);
}

/** Whether it is the failure that the handler was asked for, with all that belongs to it. */
function isAsked(error: ConnectError, { failure, call }: CallPlan): boolean {
  if (failure === plainError) {
    return error.code === Code.Unknown && error.rawMessage.includes("the handler failed");
  }
  if (error.code !== (failure as Code) || !error.rawMessage.includes("asked to fail")) return false;
  const [detail] = error.findDetails(AnswerSchema);
  return detail?.call === call && error.metadata.get("x-call") === `${call}`;
}

function isBounded({ method, options }: CallPlan): boolean {
  const { timeoutMs, attemptTimeoutMs } = options;
  const isUnary = method === "read" || method === "put" || method === "book";
  return isUnary || timeoutMs !== undefined || attemptTimeoutMs !== undefined;
}

function wrong(error: unknown, plan: CallPlan): CallEnd {
  const text = error instanceof ConnectError ? error.message : String((error as Error)?.stack);
  return { kind: "wrong", text: `${text}: ${show(plan)}` };
}

function show({ lengths, ...plan }: CallPlan): string {
  return JSON.stringify({ ...plan, messages: lengths.length });
}

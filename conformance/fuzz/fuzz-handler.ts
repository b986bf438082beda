/** A handler that counts what runs: echoes, fails, waits until its caller is gone, and talks much. */
import type { HandlerContext } from "@connectrpc/connect";
import type { Note } from "../gen/kinds/kinds_pb.js";
import type { KindsServiceHandler } from "../gen/kinds/kinds_thrice.js";
import { failure } from "../support/served.js";

export interface HandlerCount {
  running: number;
}

type Text = { text: string };

export function fuzzHandler(count: HandlerCount): KindsServiceHandler {
  const one = counted(count, answer);
  return {
    unary: one,
    read: one,
    put: one,
    watch: (note, context) => countedStream(count, letters(note, context)),
    collect: counted(count, async (notes: AsyncIterable<Note>, context) => {
      const texts: string[] = [];
      for await (const note of notes) texts.push((await answer(note, context)).text);
      return { text: texts.join("+") };
    }),
    chat: (notes, context) => countedStream(count, answers(notes, context)),
  };
}

async function answer({ text }: Text, { signal }: HandlerContext): Promise<Text> {
  if (text === "fail") throw failure();
  if (text === "wait") await aborted(signal);
  return { text };
}

async function* letters(note: Text, context: HandlerContext): AsyncGenerator<Text> {
  const { text } = await answer(note, context);
  for (const letter of text) yield { text: letter.repeat(1_000) };
}

async function* answers(notes: AsyncIterable<Note>, context: HandlerContext) {
  for await (const note of notes) yield answer(note, context);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function counted<Request>(
  count: HandlerCount,
  handle: (request: Request, context: HandlerContext) => Promise<Text>,
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

async function* countedStream(
  count: HandlerCount,
  stream: AsyncGenerator<Text>,
): AsyncGenerator<Text> {
  count.running++;
  try {
    yield* stream;
  } finally {
    count.running--;
  }
}

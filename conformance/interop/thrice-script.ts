/** What the handlers of our server answer: what those in Go do, conformance/go-control/script.go. */
import { create } from "@bufbuild/protobuf";
import { BusinessError, type Code, ConnectError, type HandlerContext } from "@thrice/server";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";
import type { KindsServiceHandler } from "../gen/kinds/kinds_thrice.js";
import type { ServerEvent } from "./control.js";

/** Handlers of the test service. `label` is what the text `who` is answered with. */
export function scriptedKinds(
  label: string,
  tell: (event: ServerEvent) => void,
): KindsServiceHandler {
  const say = async ({ text }: { text: string }, context: HandlerContext) => {
    const said = await answerTo(text, label, context, tell);
    sayMetadata(context);
    return { text: said };
  };
  return {
    unary: say,
    read: say,
    put: say,
    async *watch(note, context) {
      for (const letter of (await say(note, context)).text) yield { text: letter };
    },
    async collect(notes, context) {
      const texts: string[] = [];
      for await (const note of notes) texts.push((await say(note, context)).text);
      return { text: texts.join("+") };
    },
    async *chat(notes, context) {
      for await (const note of notes) yield { text: `re: ${(await say(note, context)).text}` };
    },
  };
}

async function answerTo(
  text: string,
  label: string,
  context: HandlerContext,
  tell: (event: ServerEvent) => void,
): Promise<string> {
  const [verb, rest = ""] = text.split(/ (.*)/s);
  if (verb === "fail") throw failure(rest);
  if (verb === "business") {
    asked++;
    throw new BusinessError("not enough stock");
  }
  if (verb === "asked") return `${takeAsked()}`;
  if (verb === "sleep") await sleep(Number(rest), tell);
  if (verb === "time") return `${context.timeoutMs() ?? "none"}`;
  if (verb === "wait") return wait(context.signal, tell);
  if (verb === "tell") return context.requestHeader.get(rest) ?? "";
  if (verb === "grow") return "x".repeat(Number(rest));
  return verb === "who" ? label : text;
}

let asked = 0;

function takeAsked(): number {
  const since = asked;
  asked = 0;
  return since;
}

function sleep(delayMs: number, tell: (event: ServerEvent) => void): Promise<void> {
  tell({ event: "begun" });
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function failure(code: string): ConnectError {
  const made = (message: string, number: number, detail: string, meta: string) => {
    const metadata = new Headers({ "x-m": meta });
    const error =
      number === 17
        ? new BusinessError(message, metadata)
        : new ConnectError(message, number as Code, metadata);
    error.details = [{ desc: NoteSchema, value: create(NoteSchema, { text: detail }) }];
    return error;
  };
  if (code === "") return made("no 100% ü", 5, "why", "3");
  return made(`code ${code}`, Number(code), `detail ${code}`, code);
}

function wait(signal: AbortSignal, tell: (event: ServerEvent) => void): Promise<never> {
  tell({ event: "begun" });
  return new Promise((_, reject) => {
    const end = () => {
      tell({ event: "gone" });
      reject(signal.reason);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

function sayMetadata({ requestHeader, responseHeader, responseTrailer }: HandlerContext): void {
  const said = requestHeader.get("x-say");
  if (said !== null) {
    responseHeader.set("x-said", said);
    responseTrailer.set("x-said-last", said);
  }
  const bytes = requestHeader.get("x-say-bin");
  if (bytes !== null) responseHeader.set("x-said-bin", bytes);
}

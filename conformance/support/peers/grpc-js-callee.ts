/** A server made with grpc-js. */
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type { Note } from "../../gen/kinds/kinds_pb.js";
import { failure } from "../served.js";
import type { Callee } from "./caller.js";
import { metadataFrom, methods, note } from "./grpc-js-wire.js";
import { newWaiting, type Waiting } from "./waiting.js";

/** grpc-js's server. It answers `script`, for the kinds that the test of pairs calls. */
export async function openGrpcJsCallee(options: Record<string, number> = {}): Promise<Callee> {
  const waiting = newWaiting();
  const server = new Server(options);
  server.addService(methods, {
    unary: (call: ServerUnaryCall<Note, Note>, answer: sendUnaryData<Note>) =>
      answerOne(call, call.request.text, answer, waiting),
    watch: (call: ServerWritableStream<Note, Note>) => {
      if (!begin(call, call.request.text, waiting)) return;
      for (const letter of call.request.text) call.write(note(letter));
      call.end(trailerOf(call));
    },
    collect: (call: ServerReadableStream<Note, Note>, answer: sendUnaryData<Note>) => {
      const texts: string[] = [];
      call.on("data", ({ text }: Note) => {
        if (text === "fail") answer(serviceError(), null);
        if (text === "wait") call.on("cancelled", waiting.begin());
        texts.push(text);
      });
      call.on("end", () => {
        if (texts.includes("fail") || texts.includes("wait")) return;
        call.sendMetadata(headerOf(call));
        answer(null, note(texts.join("+")), trailerOf(call));
      });
    },
    chat: (call: ServerDuplexStream<Note, Note>) => {
      let goesOn = true;
      call.on("data", ({ text }: Note) => {
        goesOn = goesOn && begin(call, text, waiting);
        if (goesOn) call.write(note(`re: ${text}`));
      });
      call.on("end", () => goesOn && call.end(trailerOf(call)));
    },
  });
  const port = await new Promise<number>((bound, fail) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, value) =>
      error ? fail(error) : bound(value),
    );
  });
  return { port, waiting, close: async () => server.forceShutdown() };
}

type AnyServerCall =
  | ServerUnaryCall<Note, Note>
  | ServerWritableStream<Note, Note>
  | ServerReadableStream<Note, Note>
  | ServerDuplexStream<Note, Note>;

function answerOne(
  call: ServerUnaryCall<Note, Note>,
  text: string,
  answer: sendUnaryData<Note>,
  waiting: Waiting,
): void {
  if (text === "fail") answer(serviceError(), null);
  else if (text === "wait") call.on("cancelled", waiting.begin());
  else {
    call.sendMetadata(headerOf(call));
    answer(null, note(text === "time" ? timeLeft(call) : text), trailerOf(call));
  }
}

/** Whether to answer; otherwise the call fails, or waits until its caller is gone. */
function begin(
  call: ServerWritableStream<Note, Note> | ServerDuplexStream<Note, Note>,
  text: string,
  waiting: Waiting,
): boolean {
  call.sendMetadata(headerOf(call));
  if (text === "fail") call.emit("error", serviceError());
  if (text === "wait") call.on("cancelled", waiting.begin());
  return text !== "fail" && text !== "wait";
}

function timeLeft(call: AnyServerCall): string {
  const deadline = call.getDeadline();
  return String(Number(deadline) - Date.now());
}

function headerOf({ metadata }: AnyServerCall): Metadata {
  const said = new Metadata();
  for (const value of metadata.get("x-say")) said.set("x-said", value);
  for (const value of metadata.get("x-say-bin")) said.set("x-said-bin", value);
  return said;
}

function trailerOf({ metadata }: AnyServerCall): Metadata {
  const said = new Metadata();
  for (const value of metadata.get("x-say")) said.set("x-said-last", value);
  return said;
}

function serviceError(): Partial<ServiceError> {
  const error = failure();
  const trailer = setTrailerStatus(new Headers(), error);
  const kept = ["x-m", "grpc-status-details-bin"].map((name) => [name, trailer.get(name) ?? ""]);
  const metadata = metadataFrom(Object.fromEntries(kept));
  return { code: error.code as number, details: error.rawMessage, metadata };
}

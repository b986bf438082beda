/** What the checks of the interop tests look at. */
import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { NoteSchema } from "../gen/kinds/kinds_pb.js";
import type { Call, Failure, Outcome } from "./control.js";
import type { ClientProcess } from "./peer-process.js";

export type KindsMethod = "unary" | "watch" | "collect" | "chat";

/** Calls a method of the test service. */
export function ask(
  client: ClientProcess,
  method: KindsMethod,
  texts: readonly string[],
  more: Partial<Call> = {},
): Promise<Outcome> {
  return client.call({ service: "kinds", method, texts, ...more });
}

/** The texts of an answer. @throws AssertionError if the call failed. */
export function textsOf(outcome: Outcome): readonly string[] {
  assert.equal(outcome.error, undefined, `the call failed: ${JSON.stringify(outcome.error)}`);
  return outcome.texts ?? [];
}

/** The text of a unary call's answer. @throws AssertionError if the call failed. */
export async function answerTo(
  client: ClientProcess,
  text: string,
  more: Partial<Call> = {},
): Promise<string> {
  const [answer = ""] = textsOf(await ask(client, "unary", [text], more));
  return answer;
}

/** The error of a call. @throws AssertionError if it succeeded. */
export function errorOf({ error, texts }: Outcome): Failure {
  assert.ok(error !== undefined, `the call answered ${JSON.stringify(texts)}`);
  return error;
}

/** A value by the name of its header, whatever the case of the name. */
export function headerOf(headers: Outcome["header"], name: string): string | undefined {
  const found = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return found?.[1].join(", ");
}

/** The texts of the details, which are all notes. */
export function detailsOf({ details }: Failure): string[] {
  return (details ?? []).map(({ type, value }) => {
    assert.equal(type, NoteSchema.typeName);
    return fromBinary(NoteSchema, Buffer.from(value, "base64")).text;
  });
}

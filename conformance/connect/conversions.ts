/** Headers and errors as the suite writes them, and as calls have them. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import {
  ErrorSchema,
  type Header,
  HeaderSchema,
  type Error as SuiteError,
} from "../.cache/connect/gen/connectrpc/conformance/v1/service_pb.js";

/** Appends what the suite lists. */
export function appendHeaders(target: Headers, headers: readonly Header[]): void {
  for (const { name, value } of headers) {
    for (const each of value) target.append(name, each);
  }
}

/** Lists what came, each name once. */
export function headerList(headers: Iterable<readonly [string, string]>): Header[] {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const values = byName.get(name) ?? [];
    byName.set(name, values);
    values.push(value);
  }
  return [...byName].map(([name, value]) => create(HeaderSchema, { name, value }));
}

/** Makes the error that a handler throws. */
export function errorFromSuite(error: SuiteError, ...more: readonly Any[]): ConnectError {
  const made = new ConnectError(error.message ?? "", error.code as number);
  for (const { typeUrl, value } of [...error.details, ...more]) {
    made.details.push({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value });
  }
  return made;
}

/** Describes the error of a call. */
export function suiteErrorFrom(error: ConnectError): SuiteError {
  const details = error.details.map((detail) => {
    if (!("type" in detail)) throw new TypeError("a detail that came has a type");
    return create(AnySchema, {
      typeUrl: `type.googleapis.com/${detail.type}`,
      value: detail.value,
    });
  });
  const init: MessageInitShape<typeof ErrorSchema> = { message: error.rawMessage, details };
  return create(ErrorSchema, { ...init, code: error.code as number });
}

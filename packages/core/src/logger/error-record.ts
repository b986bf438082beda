import { guarded } from "./guarded.js";
import { isError, showValue } from "./show-value.js";

/** An error as plain data that can always be turned into JSON. */
export interface ErrorRecord {
  /** Class of the error. */
  name: string;
  /** What it says. */
  message: string;
  /** Where it was made, if that is known. */
  stack?: string;
  /** Its `code`, if that is a text or a number. */
  code?: string | number;
  /** What led to it; as text if it is no error, comes round again, or lies too deep. */
  cause?: ErrorRecord | string;
}

/** Errors followed along a chain of causes, the first included. */
const maxChainLength = 8;

/** Copies an error into plain data; never throws. `outer` holds the errors that it is a cause of. */
export function errorRecordFrom(error: Error, outer: readonly Error[] = []): ErrorRecord {
  const read = (key: string): unknown => guarded(() => Reflect.get(error, key), undefined);
  const record: ErrorRecord = {
    name: showValue(read("name")),
    message: showValue(read("message")),
  };
  const [stack, code, cause] = [read("stack"), read("code"), read("cause")];
  if (typeof stack === "string") record.stack = showValue(stack);
  if (typeof code === "string") record.code = showValue(code);
  if (typeof code === "number") record.code = code;
  if (cause !== undefined) record.cause = recordCause(cause, [...outer, error]);
  return record;
}

function recordCause(cause: unknown, outer: readonly Error[]): ErrorRecord | string {
  const follow = isError(cause) && !outer.includes(cause) && outer.length < maxChainLength;
  return follow ? errorRecordFrom(cause, outer) : showValue(cause);
}

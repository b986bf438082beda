import { Code, type ConnectError } from "@connectrpc/connect";

/**
 * Makes a text fit for the header that carries it: without halves of characters, which cannot be encoded, and no longer than
 * 4 096 characters, as a peer refuses an answer whose headers are too large, and the status with it.
 */
export function sendableText(text: string): string {
  const whole = text.toWellFormed();
  return whole.length <= maxLength ? whole : `${whole.slice(0, maxLength).toWellFormed()}…`;
}

/** Hands back `error`, or a view of it whose text and code can be sent. A code that nobody knows becomes `unknown`. */
export function withSendableText(error: ConnectError): ConnectError {
  const rawMessage = sendableText(error.rawMessage);
  const code = Code[error.code] === undefined ? Code.Unknown : error.code;
  if (rawMessage === error.rawMessage && code === error.code) return error;
  return Object.create(error, {
    rawMessage: { value: rawMessage, enumerable: true },
    code: { value: code, enumerable: true },
  });
}

/** Percent-encoded, a character takes nine bytes at most: 36 KiB, which leaves room for metadata below the usual 64 KiB. */
const maxLength = 4_096;

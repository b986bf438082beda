import { randomBytes } from "node:crypto";
import { toBinary } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import {
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  digestOf,
  isSignatureName,
  show,
  signatureHeader,
  signRequest,
} from "@thrice/core";

/** Options of {@link signRequests}. */
export interface SignRequestsOptions {
  /** Tells the server which secret it is; 1 to 128 characters of `A-Z a-z 0-9 . _ -`. */
  readonly keyId: string;
  /** Shared with the server; at least 16 characters. */
  readonly secret: string;
  /**
   * Whether the message of a unary call is signed too. Both ends then need the same version of the schema, since the server
   * writes the message again to compare. @defaultValue false
   */
  readonly signBody?: boolean | undefined;
  /** Tells time in milliseconds since 1970; for tests. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
}

/**
 * Signs each request with HMAC-SHA-256: method, time, a nonce, and the message if `signBody` says so. Belongs into
 * `attemptInterceptors`: a server takes a signature once, and each attempt needs one of its own.
 *
 * @throws TypeError naming field of a wrong option.
 */
export function signRequests(options: SignRequestsOptions): Interceptor {
  checkKnownOptions("options of signRequests", options, known);
  const { keyId, secret, signBody = false, now = Date.now } = options;
  if (!isSignatureName(keyId)) {
    throw new TypeError(`keyId must be 1 to 128 of A-Z a-z 0-9 . _ -, got ${show(keyId)}`);
  }
  if (typeof secret !== "string" || secret.length < 16) {
    throw new TypeError("secret must be a text of at least 16 characters");
  }
  checkBoolean("signBody", signBody);
  checkFunction("now", now);
  return (next) => (request) => {
    const { service, method, stream } = request;
    const body =
      signBody && !stream ? digestOf(toBinary(method.input, request.message)) : undefined;
    const signed = {
      path: `${service.typeName}/${method.name}`,
      keyId,
      timeMs: Math.round(now()),
      nonce: randomBytes(16).toString("base64url"),
      body,
    };
    request.header.set(signatureHeader, signRequest(signed, secret));
    return next(request);
  };
}

const known: ReadonlySet<string> = new Set(["keyId", "secret", "signBody", "now"]);

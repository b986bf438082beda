import { toBinary } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import {
  checkBoolean,
  checkFunction,
  checkKnownOptions,
  checkWholeNumber,
  digestOf,
  isSignatureName,
  isSignedWith,
  maxTimerMs,
  parseSignature,
  type RequestSignature,
  show,
  signatureHeader,
} from "@thrice/core";
import { NonceMemory } from "./nonce-memory.js";

/** Options of {@link signatureCheck}. */
export interface SignatureCheckOptions {
  /** Secrets by key id, each of at least 16 characters; or what finds one, undefined if there is none. */
  readonly secrets:
    | Readonly<Record<string, string>>
    | ((keyId: string) => string | undefined | PromiseLike<string | undefined>);
  /** How far the clocks of caller and server may be apart, in milliseconds, 1_000 to 2 147 483 647. @defaultValue 300_000 */
  readonly windowMs?: number | undefined;
  /** Whether unary calls have to sign their message. One that is signed is always checked. @defaultValue false */
  readonly requireBody?: boolean | undefined;
  /** How many signatures are remembered within two windows, 1 to 10_000_000; more are refused. @defaultValue 1_000_000 */
  readonly maxNonces?: number | undefined;
  /** Tells time in milliseconds since 1970; for tests. @defaultValue `Date.now` */
  readonly now?: (() => number) | undefined;
}

/**
 * Lets calls pass that `signRequests` of a client has signed with a known secret, for this method, within the window, and
 * for the first time; others fail as `unauthenticated`. The value remembers what it has seen: share it among services.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option; never a secret.
 */
export function signatureCheck(options: SignatureCheckOptions): Interceptor {
  checkKnownOptions("options of signatureCheck", options, known);
  const { windowMs = 300_000, requireBody = false, now = Date.now } = options;
  const { maxNonces = 1_000_000 } = options;
  checkWholeNumber("windowMs", windowMs, 1_000, maxTimerMs);
  checkWholeNumber("maxNonces", maxNonces, 1, 10_000_000);
  checkBoolean("requireBody", requireBody);
  checkFunction("now", now);
  const secretOf = resolveSecrets(options.secrets);
  // A signature from the edge of the future is good for two windows.
  const nonces = new NonceMemory(2 * windowMs, maxNonces);

  return (next) => async (request) => {
    const signature = parseSignature(request.header.get(signatureHeader) ?? "");
    if (signature === undefined) throw refused("a signature is needed");
    const { service, method } = request;
    const secret = await secretOf(signature.keyId);
    const path = `${service.typeName}/${method.name}`;
    // One text for all of these: whoever guesses is not told what was right.
    if (secret === undefined || !isSignedWith(signature, path, secret)) {
      throw refused("the signature is not accepted");
    }
    const nowMs = now();
    if (Math.abs(nowMs - signature.timeMs) > windowMs) {
      throw refused(`the signature was made more than ${windowMs} ms from now`);
    }
    checkBody(signature, request, requireBody);
    useOnce(nonces, signature, nowMs);
    return next(request);
  };
}

/** Comes last, so that only who knows a secret can fill the memory. */
function useOnce(nonces: NonceMemory, { keyId, nonce }: RequestSignature, nowMs: number): void {
  const use = nonces.use(`${keyId}/${nonce}`, nowMs);
  if (use === "used") throw refused("the signature was used before");
  if (use === "full") {
    throw new ConnectError("too many signed calls to remember", Code.ResourceExhausted);
  }
}

function checkBody(
  { body }: RequestSignature,
  request: UnaryRequest | StreamRequest,
  isRequired: boolean,
): void {
  if (request.stream) return;
  if (body === undefined) {
    if (isRequired) throw refused("the message has to be signed");
    return;
  }
  if (digestOf(toBinary(request.method.input, request.message)) !== body) {
    throw refused("the message is not the one that was signed");
  }
}

function resolveSecrets(secrets: SignatureCheckOptions["secrets"]) {
  if (typeof secrets === "function") return secrets;
  if (typeof secrets !== "object" || secrets === null) {
    throw new TypeError(`secrets must be an object or a function, got ${show(typeof secrets)}`);
  }
  const known = new Map(Object.entries(secrets));
  for (const [keyId, secret] of known) {
    if (!isSignatureName(keyId)) {
      throw new TypeError(
        `secrets: a key id must be 1 to 128 of A-Z a-z 0-9 . _ -, got ${show(keyId)}`,
      );
    }
    if (typeof secret !== "string" || secret.length < 16) {
      throw new TypeError(`secrets: that of ${keyId} must be a text of at least 16 characters`);
    }
  }
  return (keyId: string) => known.get(keyId);
}

function refused(text: string): ConnectError {
  return new ConnectError(text, Code.Unauthenticated);
}

const known: ReadonlySet<string> = new Set([
  "secrets",
  "windowMs",
  "requireBody",
  "maxNonces",
  "now",
]);

/** How a client signs a request with a shared secret, and a server checks that: HMAC with SHA-256 over what is signed. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The header that carries a signature. */
export const signatureHeader = "x-thrice-signature";

/** What a signature is made over. */
export interface SignedRequest {
  /** `<service>/<method>`, as the schema spells it. */
  readonly path: string;
  /** Which secret it is made with; 1 to 128 characters of `A-Z a-z 0-9 . _ -`. */
  readonly keyId: string;
  /** When it was made, in milliseconds since 1970. */
  readonly timeMs: number;
  /** Never the same twice; 8 to 128 characters as `keyId` has. */
  readonly nonce: string;
  /** Digest of the message, as {@link digestOf} makes it; unset if the message is not signed. */
  readonly body?: string | undefined;
}

/** A signature as it was sent. It has the right form, and may be anybody's. */
export interface RequestSignature extends Omit<SignedRequest, "path"> {
  readonly mac: string;
}

/** Makes the header of a request. */
export function signRequest(request: SignedRequest, secret: string): string {
  const { keyId, timeMs, nonce, body = none } = request;
  const mac = macOf(request, secret).toString("base64url");
  return `key=${keyId};time=${timeMs};nonce=${nonce};body=${body};mac=${mac}`;
}

/** Reads the header; undefined if it has another form. */
export function parseSignature(header: string): RequestSignature | undefined {
  const match = form.exec(header);
  if (match === null) return undefined;
  const [, keyId = "", time, nonce = "", body = none, mac = ""] = match;
  return { keyId, timeMs: Number(time), nonce, body: body === none ? undefined : body, mac };
}

/** Whether a signature was made with `secret` for `path`. Takes the same time wherever it differs. */
export function isSignedWith(signature: RequestSignature, path: string, secret: string): boolean {
  const made = macOf({ ...signature, path }, secret);
  const sent = Buffer.from(signature.mac, "base64url");
  return sent.length === made.length && timingSafeEqual(sent, made);
}

/** Whether `name` can name a key, or be a nonce, of at least `min` characters. */
export function isSignatureName(name: unknown, min = 1): name is string {
  return typeof name === "string" && name.length >= min && /^[\w.-]{1,128}$/.test(name);
}

/** Digest of a message, for {@link SignedRequest}. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url");
}

function macOf({ path, keyId, timeMs, nonce, body = none }: SignedRequest, secret: string): Buffer {
  const text = ["thrice-signature-1", path, keyId, timeMs, nonce, body].join("\n");
  return createHmac("sha256", secret).update(text).digest();
}

/** Stands for what is not there. */
const none = "-";

const form =
  /^key=([\w.-]{1,128});time=(\d{1,15});nonce=([\w.-]{8,128});body=(-|[\w-]{43});mac=([\w-]{43})$/;

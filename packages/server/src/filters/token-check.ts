import { createHash, timingSafeEqual } from "node:crypto";
import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import { checkFunction, checkKnownOptions, show } from "@thrice/core";

/** Options of {@link tokenCheck}: `tokens` or `verify`. */
export interface TokenCheckOptions {
  /**
   * Attachment that has the token, and nothing else: `token`, as consumers send it who know it from a registry.
   * @defaultValue `authorization`, behind the word `Bearer`
   */
  readonly attachment?: string | undefined;
  /** The tokens that are good, such as the old one and the new one; compared in constant time. */
  readonly tokens?: readonly string[] | undefined;
  /** Says whether a token is good. It may leave what it found out in `request.contextValues`, for the handler. */
  readonly verify?:
    | ((token: string, request: UnaryRequest | StreamRequest) => boolean | PromiseLike<boolean>)
    | undefined;
}

/**
 * Lets calls pass that bring `authorization: Bearer <token>` with a good token, or the attachment that is named; others fail as `unauthenticated`. What
 * `verify` throws fails the call as a handler's error does.
 *
 * @throws TypeError naming the field of a wrong option.
 */
export function tokenCheck(options: TokenCheckOptions): Interceptor {
  checkKnownOptions("options of tokenCheck", options, known);
  const verify = resolveVerify(options);
  const { attachment } = options;
  if (attachment !== undefined) checkName(attachment);
  const [name, form] =
    attachment === undefined ? ["authorization", bearer] : [attachment, /^([\x21-\x7e]+)$/];
  return (next) => async (request) => {
    const token = form.exec(request.header.get(name) ?? "")?.[1];
    if (token === undefined) throw refused("a token is needed");
    if ((await verify(token, request)) !== true) throw refused("the token is not accepted");
    return next(request);
  };
}

const bearer = /^Bearer +([\x21-\x7e]+) *$/i;

function checkName(name: unknown): void {
  if (typeof name === "string" && /^[a-zA-Z0-9._-]+$/.test(name)) return;
  throw new TypeError(`attachment must be letters, digits and . _ -, got ${show(name)}`);
}

function resolveVerify({ tokens, verify }: TokenCheckOptions) {
  if ((tokens === undefined) === (verify === undefined)) {
    throw new TypeError("tokenCheck needs either tokens or verify");
  }
  if (verify !== undefined) return checkFunction("verify", verify);
  const isList = Array.isArray(tokens) && tokens.length > 0;
  if (!isList || !tokens.every((one) => typeof one === "string" && /^[\x21-\x7e]+$/.test(one))) {
    throw new TypeError(
      `tokens must be a list of printable ASCII without blanks, got ${show(typeof tokens)}`,
    );
  }
  const digests = tokens.map(digest);
  return (token: string) => {
    const given = digest(token);
    // All are compared, so that the time tells nothing of which is close.
    return digests.filter((good) => timingSafeEqual(good, given)).length > 0;
  };
}

/** Of equal length, whatever the token's is. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function refused(text: string): ConnectError {
  return new ConnectError(text, Code.Unauthenticated);
}

const known: ReadonlySet<string> = new Set(["tokens", "verify", "attachment"]);

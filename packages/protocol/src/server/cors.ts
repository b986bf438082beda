/**
 * Lets pages of other origins call a server from a browser. gRPC itself is left out: browsers cannot speak it.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import { cors as connectCors } from "@connectrpc/connect";
import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { checkBoolean, checkKnownOptions, checkWholeNumber, show } from "@thrice/core";
import type { Respond } from "./universal-stream.js";

/** Which pages may call, and what they may send and read. */
export interface CorsOptions {
  /**
   * Origins of pages that may call: `https://app.example`, a list of such, a function that is asked, or `"*"` for all of them.
   */
  readonly origins: "*" | string | readonly string[] | ((origin: string) => boolean);
  /** Whether pages may send cookies and client certificates along; not with `origins: "*"`. @defaultValue false */
  readonly credentials?: boolean | undefined;
  /**
   * Headers that pages may send besides those of the protocols: names of attachments, or `"*"` for any.
   * @defaultValue none
   */
  readonly allowHeaders?: "*" | readonly string[] | undefined;
  /**
   * Attachments of answers that pages may read, before and after the answer, besides what the protocols need; or `"*"` for
   * any. @defaultValue none
   */
  readonly exposeHeaders?: "*" | readonly string[] | undefined;
  /** How long a browser may keep the answer to its first question, in seconds, 0 to 86 400. @defaultValue 7_200 */
  readonly maxAgeSeconds?: number | undefined;
}

/** Puts the rules around what answers. */
export interface Cors {
  /** Answers the question that a browser asks first; else lets `respond` do so, and says who may read the answer. */
  around(respond: Respond): Respond;
}

/**
 * Reads the option `cors` of a server; `undefined` lets no page of another origin in.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function resolveCors(options: CorsOptions | undefined): Cors | undefined {
  if (options === undefined) return undefined;
  checkKnownOptions("cors", options, known);
  const { origins, credentials = false, allowHeaders = [], exposeHeaders = [] } = options;
  const { maxAgeSeconds = 7_200 } = options;
  if (checkBoolean("cors.credentials", credentials) && origins === "*") {
    throw new TypeError('cors.credentials needs cors.origins by name, got "*"');
  }
  const allowed = checkNames("cors.allowHeaders", allowHeaders);
  const exposed = checkNames("cors.exposeHeaders", exposeHeaders);
  return new CorsRules({
    isAnyone: origins === "*",
    allows: checkOrigins(origins),
    credentials,
    allowHeaders: allowed && [...connectCors.allowedHeaders, ...ownHeaders, ...allowed].join(", "),
    exposeHeaders: exposed && [...connectCors.exposedHeaders, ...exposed.flatMap(inBothPlaces)],
    maxAge: String(checkWholeNumber("cors.maxAgeSeconds", maxAgeSeconds, 0, 86_400)),
  });
}

interface Rules {
  /** Whether who asks makes no difference. */
  readonly isAnyone: boolean;
  readonly allows: (origin: string) => boolean;
  readonly credentials: boolean;
  /** Undefined for any. */
  readonly allowHeaders: string | undefined;
  /** Undefined for any. */
  readonly exposeHeaders: readonly string[] | undefined;
  readonly maxAge: string;
}

class CorsRules implements Cors {
  readonly #rules: Rules;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  around(respond: Respond): Respond {
    return async (request) => {
      const origin = request.header.get("origin");
      const isAllowed = origin !== null && this.#allows(origin);
      if (isPreflight(request)) return this.#preflight(request, isAllowed ? origin : undefined);
      const answer = await respond(request);
      const header = answer.header ?? new Headers();
      if (isAllowed) {
        this.#admit(header, origin);
        header.set("access-control-expose-headers", this.#exposed(header));
      }
      if (!this.#rules.isAnyone) header.append("vary", "origin");
      return { ...answer, header };
    };
  }

  #allows(origin: string): boolean {
    try {
      return this.#rules.allows(origin) === true;
    } catch {
      return false; // who throws has not said yes
    }
  }

  #preflight({ header: asked }: UniversalServerRequest, origin: string | undefined) {
    const header = new Headers({ vary });
    if (origin === undefined) return { status: 403, header } satisfies UniversalServerResponse;
    const { allowHeaders, maxAge } = this.#rules;
    const headers = allowHeaders ?? asked.get("access-control-request-headers") ?? "";
    this.#admit(header, origin);
    header.set("access-control-allow-methods", methods);
    if (headers !== "") header.set("access-control-allow-headers", headers);
    header.set("access-control-max-age", maxAge);
    return { status: 204, header } satisfies UniversalServerResponse;
  }

  #admit(header: Headers, origin: string): void {
    const { isAnyone, credentials } = this.#rules;
    header.set("access-control-allow-origin", isAnyone ? "*" : origin);
    if (credentials) header.set("access-control-allow-credentials", "true");
  }

  /** By name in any case: a star would mean nothing where there are credentials. */
  #exposed(header: Headers): string {
    const { exposeHeaders } = this.#rules;
    const names = exposeHeaders ?? [...header.keys()].filter((name) => !name.startsWith(ours));
    return [...new Set([...connectCors.exposedHeaders, ...names].map(lowerCase))].join(", ");
  }
}

function isPreflight({ method, header }: UniversalServerRequest): boolean {
  return method === "OPTIONS" && header.has("access-control-request-method");
}

function checkOrigins(origins: CorsOptions["origins"]): (origin: string) => boolean {
  if (origins === "*") return () => true;
  if (typeof origins === "function") return origins;
  const list: readonly unknown[] = Array.isArray(origins) ? origins : [origins];
  if (list.length === 0) throw new TypeError("cors.origins must name an origin, got []");
  const names = new Set(list.map(checkOrigin));
  return (origin) => names.has(origin);
}

function checkOrigin(origin: unknown): string {
  const isText = typeof origin === "string";
  if (isText && URL.canParse(origin)) {
    const { origin: exact } = new URL(origin);
    if (origin === exact) return origin;
    if (exact !== "null")
      throw new TypeError(`cors.origins: ${show(origin)} must be ${show(exact)}`);
  }
  const wanted = "an origin such as https://app.example, a list of such, a function, or '*'";
  throw new TypeError(`cors.origins must be ${wanted}, got ${show(origin)}`);
}

/** Undefined for any. */
function checkNames(field: string, names: unknown): readonly string[] | undefined {
  if (names === "*") return undefined;
  if (Array.isArray(names) && names.every(isHeaderName)) return names;
  throw new TypeError(`${field} must be a list of header names, or "*", got ${show(names)}`);
}

/** @see RFC 9110 section 5.6.2. A star has a meaning of its own here. */
function isHeaderName(name: unknown): boolean {
  return typeof name === "string" && /^[!#$%&'+\-.^_`|~\w]+$/.test(name);
}

/** Over Connect, what comes after the answer of a unary call is sent before it, under another name. */
function inBothPlaces(name: string): string[] {
  return [name, `trailer-${name}`];
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}

const known: ReadonlySet<string> = new Set([
  "origins",
  "credentials",
  "allowHeaders",
  "exposeHeaders",
  "maxAgeSeconds",
]);
/** What Triple's service key is named by. */
const ownHeaders = ["Tri-Service-Group", "Tri-Service-Version"];
const methods = connectCors.allowedMethods.join(", ");
const vary = "origin, access-control-request-method, access-control-request-headers";
const ours = "access-control-";

import {
  checkKnownOptions,
  checkWholeNumber,
  type LiveEndpoint,
  type LoadBalancer,
  type PickContext,
  type Picker,
  show,
} from "@thrice/core";
import { FieldsKey, type HashKey, HeaderKey } from "./hash-key.js";
import { HashRing } from "./hash-ring.js";
import { Md5 } from "./md5.js";

/** What decides where a call goes. */
export interface ConsistentHashOptions {
  /**
   * Fields of the request, by name or by position from 0, whose values make the key together. They have to be single values:
   * texts, numbers, booleans, bytes, enums. @defaultValue `[0]`, as Dubbo takes the first argument
   */
  readonly fields?: readonly (string | number)[] | undefined;
  /** Attachment whose value is the key; instead of `fields`. */
  readonly header?: string | undefined;
  /** Points of each endpoint on the ring: a multiple of 4, up to 10 000. @defaultValue 160, as in Dubbo */
  readonly virtualNodes?: number | undefined;
}

const optionNames = new Set(["fields", "header", "virtualNodes"]);

/**
 * Sends calls with the same key to the same endpoint, as long as it is there; when endpoints come or go, only the keys of
 * those move. A call without a key goes anywhere. A further attempt of a call goes to the endpoint that comes next on the
 * ring, the same each time.
 *
 * Weights do not matter, but for 0. The ring is Dubbo's, made of `host:port`: clients of both agree where a key belongs.
 *
 * @throws TypeError or RangeError naming field, bound and value of a wrong option.
 * @see Dubbo, ConsistentHashLoadBalance
 */
export function consistentHash(options: ConsistentHashOptions = {}): LoadBalancer {
  checkKnownOptions("options of consistentHash", options, optionNames);
  const virtualNodes = checkVirtualNodes(options.virtualNodes ?? 160);
  const createKey = keyMaker(options);
  return {
    name: "consistentHash",
    createPicker: () => new HashPicker(createKey(), virtualNodes),
  };
}

class HashPicker implements Picker {
  readonly heedsExcluded = true;
  readonly #key: HashKey;
  readonly #virtualNodes: number;
  readonly #md5 = new Md5();
  readonly #rings = new WeakMap<readonly LiveEndpoint[], HashRing>();
  #list: readonly LiveEndpoint[] | undefined = undefined;
  #ring: HashRing | undefined = undefined;

  constructor(key: HashKey, virtualNodes: number) {
    this.#key = key;
    this.#virtualNodes = virtualNodes;
  }

  pick(endpoints: readonly LiveEndpoint[], context: PickContext): LiveEndpoint | undefined {
    const ring = endpoints === this.#list ? this.#ring : this.#ringFor(endpoints);
    return ring?.find(this.#pointOf(context), context.excluded);
  }

  /** 32 bits with a sign. */
  #pointOf(context: PickContext): number {
    const md5 = this.#md5.begin();
    if (!this.#key.addTo(md5, context)) return (context.random() * 2 ** 32) | 0;
    return md5.end().words[0] as number;
  }

  #ringFor(endpoints: readonly LiveEndpoint[]): HashRing {
    let ring = this.#rings.get(endpoints);
    if (ring === undefined) {
      const weighty = endpoints.filter(({ weight }) => weight > 0);
      const members = weighty.length > 0 ? weighty : endpoints;
      ring = new HashRing(members, this.#virtualNodes, this.#ring);
      this.#rings.set(endpoints, ring);
    }
    this.#list = endpoints;
    this.#ring = ring;
    return ring;
  }
}

function keyMaker({ fields, header }: ConsistentHashOptions): () => HashKey {
  if (header === undefined) {
    const names = checkFields(fields ?? [0]);
    return () => new FieldsKey(names);
  }
  if (fields !== undefined) {
    throw new TypeError(`fields must not be set beside header, got ${show(fields)}`);
  }
  const name = checkHeader(header);
  return () => new HeaderKey(name);
}

function checkFields(fields: unknown): readonly (string | number)[] {
  if (!Array.isArray(fields) || fields.length === 0) {
    throw new TypeError(`fields must be a list of names or positions, got ${show(fields)}`);
  }
  return fields.map((field: unknown, at) => {
    if (typeof field === "string" && field !== "") return field;
    if (typeof field === "number") return checkWholeNumber(`fields[${at}]`, field, 0, 10_000);
    throw new TypeError(`fields[${at}] must be a name or a position, got ${show(field)}`);
  });
}

function checkHeader(header: unknown): string {
  if (typeof header === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(header)) return header;
  throw new TypeError(`header must be the name of an attachment, got ${show(header)}`);
}

function checkVirtualNodes(value: unknown): number {
  const count = checkWholeNumber("virtualNodes", value, 4, 10_000);
  if (count % 4 === 0) return count;
  throw new RangeError(`virtualNodes must be a multiple of 4, got ${count}`);
}

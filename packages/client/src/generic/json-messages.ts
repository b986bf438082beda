/** Turns JSON into messages, and messages into JSON, with errors that say what is wrong where. */
import {
  type DescMethod,
  fromJson,
  type JsonReadOptions,
  type JsonValue,
  type JsonWriteOptions,
  type Message,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";

/** How JSON is read and written; the defaults are those of `@bufbuild/protobuf`. */
export type GenericJsonOptions = Partial<Omit<JsonReadOptions & JsonWriteOptions, "registry">>;

export class JsonMessages {
  readonly #method: DescMethod;
  readonly #registry: Registry;
  readonly #options: GenericJsonOptions;

  constructor(method: DescMethod, registry: Registry, options: GenericJsonOptions) {
    this.#method = method;
    this.#registry = registry;
    this.#options = options;
  }

  /** @throws ConnectError with `invalid_argument` naming the call and what is wrong. */
  read(json: JsonValue): Message {
    const { input } = this.#method;
    try {
      return fromJson(input, json, { ...this.#options, registry: this.#registry });
    } catch (cause) {
      const text = `request of ${nameOf(this.#method)}: ${this.#explain((cause as Error).message)}`;
      throw new ConnectError(text, Code.InvalidArgument, undefined, undefined, cause);
    }
  }

  async *readAll(all: AsyncIterable<JsonValue> | Iterable<JsonValue>): AsyncGenerator<Message> {
    for await (const json of all) yield this.read(json);
  }

  /** @throws ConnectError with `internal`: the answer holds what its schema does not tell, as an `Any` may. */
  write(message: Message): JsonValue {
    const { output } = this.#method;
    try {
      return toJson(output, message, { ...this.#options, registry: this.#registry });
    } catch (cause) {
      const text = `answer of ${nameOf(this.#method)} cannot be JSON: ${(cause as Error).message}`;
      throw new ConnectError(text, Code.Internal, undefined, undefined, cause);
    }
  }

  /** Of a field that is unknown it helps to know which there are. */
  #explain(message: string): string {
    const [, typeName = ""] = /message (\S+) from JSON: key .* is unknown$/.exec(message) ?? [];
    const fields = this.#registry.getMessage(typeName)?.fields.map(({ jsonName }) => jsonName);
    if (fields === undefined) return message;
    return `${message}; ${typeName} has ${fields.length === 0 ? "no fields" : fields.join(", ")}`;
  }
}

/** `greet.GreetService/Greet`. */
export function nameOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}

import { checkKnownOptions, show } from "@thrice/core";

/** This side of the calls, as rules may ask for it. What is not said has no value, and matches nothing. */
export interface Consumer {
  /** Name of the application that calls. */
  readonly application?: string;
  /** Host that it runs on, as rules name it. */
  readonly host?: string;
  /** Anything else, by name: `region`, `env`, ... */
  readonly params?: Readonly<Record<string, string>>;
}

/** Looks up what rules ask of this side. */
export type ConsumerFacts = (name: string) => string | undefined;

/** @throws TypeError naming what is wrong. */
export function checkConsumer(field: string, consumer: Consumer): Consumer {
  resolveConsumer(field, consumer);
  return consumer;
}

/** @throws TypeError naming what is wrong. */
export function resolveConsumer(field: string, consumer: Consumer): ConsumerFacts {
  checkKnownOptions(field, consumer, known);
  const { application, host, params = {} } = consumer;
  checkKnownOptions(`params of ${field}`, params, new Set(Object.keys(params ?? {})));
  const facts = new Map<string, string>(Object.entries(params));
  if (application !== undefined) facts.set("application", application);
  if (host !== undefined) facts.set("host", host);
  for (const [name, value] of facts) {
    if (typeof value === "string") continue;
    throw new TypeError(`${name} of ${field} must be text, got ${show(value)}`);
  }
  return (name) => facts.get(name);
}

const known: ReadonlySet<string> = new Set(["application", "host", "params"]);

/** The rules in an engine. One that is about an application is followed once, however many services ask for it. */
import { logQuietly, type RuleSource } from "@thrice/core";
import type { EntryStore, Followed } from "../engine/entry-store.js";

type OnRule = (text: string | undefined) => void;

/** A rule that is followed, with those who listen. */
interface Rule {
  readonly followed: Followed;
  readonly listeners: Set<OnRule>;
  /** Whether it was read. */
  isHeard: boolean;
  text: string | undefined;
}

export class FollowedRules implements RuleSource {
  readonly application: string;
  readonly #store: EntryStore;
  /** What stands before the keys. */
  readonly #folder: string;
  readonly #rules = new Map<string, Rule>();

  constructor(store: EntryStore, folder: string, application: string) {
    this.#store = store;
    this.#folder = folder;
    this.application = application;
  }

  follow(key: string, onRule: OnRule): Followed {
    const rule = this.#rules.get(key) ?? this.#open(key);
    const listener: OnRule = (text) => logQuietly(() => onRule(text));
    rule.listeners.add(listener);
    if (rule.isHeard) {
      queueMicrotask(() => {
        if (rule.listeners.has(listener)) listener(rule.text);
      });
    }
    return {
      close: () => {
        if (!rule.listeners.delete(listener) || rule.listeners.size > 0) return;
        rule.followed.close();
        this.#rules.delete(key);
      },
    };
  }

  /** Ends all. */
  close(): void {
    for (const { followed, listeners } of this.#rules.values()) {
      listeners.clear();
      followed.close();
    }
    this.#rules.clear();
  }

  #open(key: string): Rule {
    const followed = this.#store.followEntry(`${this.#folder}/${key}`, (text, state) => {
      if (state !== "live" || (rule.isHeard && rule.text === text)) return;
      rule.isHeard = true;
      rule.text = text;
      for (const listener of rule.listeners) listener(text);
    });
    const rule: Rule = { followed, listeners: new Set(), isHeard: false, text: undefined };
    this.#rules.set(key, rule);
    return rule;
  }
}

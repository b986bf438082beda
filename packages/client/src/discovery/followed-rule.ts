/** One rule of a registry, and the router that goes by it. */
import type { RuledRouter } from "@thrice/cluster";
import { type Logger, logQuietly, type RuleSource } from "@thrice/core";

/** What is followed, and where it goes. */
export interface FollowedRuleInit {
  /** Name of the registry, for the log. */
  readonly registry: string;
  readonly rules: RuleSource;
  readonly key: string;
  readonly router: RuledRouter;
  readonly logger: Logger;
}

export class FollowedRule {
  readonly #init: FollowedRuleInit;
  readonly #onHeard: () => void;
  readonly #followed: { close(): void };
  /** The text that was refused last, which is not logged again. */
  #refused: string | undefined;
  /** Whether there is a rule in force. */
  isSet = false;
  /** Whether it is known if there is one. */
  isHeard = false;

  /** `onHeard` hears of every look at the rule. */
  constructor(init: FollowedRuleInit, onHeard: () => void) {
    this.#init = init;
    this.#onHeard = onHeard;
    this.#followed = init.rules.follow(init.key, (text) => this.#take(text));
  }

  get router(): RuledRouter {
    return this.#init.router;
  }

  close(): void {
    this.#followed.close();
  }

  #take(text: string | undefined): void {
    const isThere = text !== undefined && text.trim() !== "";
    this.isHeard = true;
    if (!isThere) this.#refused = undefined;
    this.isSet = isThere ? this.#set(text) || this.isSet : false;
    this.#onHeard();
  }

  /** Whether the text was taken. One that is wrong changes nothing. */
  #set(text: string): boolean {
    const result = this.#init.router.setRules(text);
    if (!result.ok && this.#refused !== text) {
      const { logger, key, registry } = this.#init;
      const rest = this.isSet ? "the one before stays" : "there is none in force";
      logQuietly(() =>
        logger.warnf(
          "rule %s of registry %s is refused, %s: line %d: %s",
          key,
          registry,
          rest,
          result.line,
          result.reason,
        ),
      );
    }
    this.#refused = result.ok ? undefined : text;
    return result.ok;
  }
}

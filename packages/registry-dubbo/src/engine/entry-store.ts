import type { ProviderLease, RegistryState } from "@thrice/core";
import type { InstanceForm } from "../application/service-instance.js";

/**
 * What Dubbo's layouts need of an engine: keys are paths such as `/dubbo/greet.GreetService/providers/<name>`, values are text.
 * Nothing here throws or rejects because the engine is away: it goes on trying, with pauses that are drawn at random.
 */
export interface EntryStore {
  /** Names it in logs and errors. */
  readonly name: string;
  /** How instances of applications are written in this engine. @defaultValue "plain" */
  readonly instanceForm?: InstanceForm;
  /**
   * Keeps an entry for as long as this process lives, until it is withdrawn, and writes it anew after a lost lease or session.
   * Returns at once, also while the engine is away. Of several holds of one key the newest says its value; when that one is
   * withdrawn, the one before it does.
   */
  hold(key: string, value: string): ProviderLease;
  /**
   * Follows the direct children of a folder, which need not exist yet. Returns at once; what is heard comes later, and nothing
   * after `close`.
   */
  follow(folder: string, onEntries: OnEntries, options?: FollowOptions): Followed;
  /** Follows one entry, in the same way. */
  followEntry(key: string, onValue: OnValue): Followed;
  /**
   * Writes an entry that lasts, by compare-and-set: `change` gets what is there, and says what shall be; undefined leaves it as
   * it is. It may be asked again, when somebody else was faster or it is unknown whether a write has arrived. Resolves when it
   * is done, or the store was closed. Never rejects.
   */
  update(key: string, change: (old: string | undefined) => string | undefined): Promise<void>;
  /** Withdraws what is held, ends what is followed, and lets go of the engine. Safe to call again. Never rejects. */
  close(): Promise<void>;
}

/** What is to be known of a folder. */
export interface FollowOptions {
  /**
   * Whether values are wanted. Without, an engine may leave them empty, and need not read each child. @defaultValue true
   */
  readonly hasValues?: boolean;
}

/**
 * Hears all children of a folder by name, never a part of them, with many changes in a short time as one. The map does not
 * change later. While the state is `connecting` nothing was heard yet and the map is empty; when it is `stale`, the map has
 * what was known last, and `reason` says why, in words.
 */
export type OnEntries = (
  entries: ReadonlyMap<string, string>,
  state: RegistryState,
  reason: string,
) => void;

/** Hears the value of an entry; undefined when it is not there, or was not heard yet. */
export type OnValue = (value: string | undefined, state: RegistryState, reason: string) => void;

/** Something that is followed. */
export interface Followed {
  /** Ends it. Safe to call again. */
  close(): void;
}

export type { InstanceForm } from "./application/service-instance.js";
export { dubboRegistry } from "./dubbo-registry.js";
export { EntryFeed, type EntryFeedInit } from "./engine/entry-feed.js";
export type {
  EntryStore,
  Followed,
  FollowOptions,
  OnEntries,
  OnValue,
} from "./engine/entry-store.js";
export { Pacer } from "./engine/pacer.js";
export { Reachability } from "./engine/reachability.js";
export {
  type LayoutOptions,
  layoutOptionNames,
  type ResolvedLayout,
  resolveLayout,
} from "./layout-options.js";

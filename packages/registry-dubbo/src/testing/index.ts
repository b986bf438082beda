export {
  describeEntryStoreContract,
  type EntryStoreUnderTest,
} from "./describe-entry-store-contract.js";
export { type MemoryEntries, memoryEntries } from "./memory-entries.js";

export { type Awaiter, awaiter } from "./await-update.js";
export {
  type TestCertificate,
  type TestCertificateInit,
  testCertificate,
} from "./certificate.js";
export {
  describeRegistryContract,
  type RegistryTestRunner,
  type RegistryTraits,
  type RegistryUnderTest,
} from "./describe-registry-contract.js";
export { FakeClock } from "./fake-clock.js";
export {
  type AttemptEnd,
  type ListenedAttempt,
  listenToAttempt,
} from "./listen-to-attempt.js";
export { type MemoryLogger, memoryLogger } from "./memory-logger.js";
export { type MemoryRegistry, memoryRegistry } from "./memory-registry.js";

export {
  type TestCertificate,
  type TestCertificateInit,
  testCertificate,
} from "./certificate.js";
export { FakeClock } from "./fake-clock.js";
export {
  type AttemptEnd,
  type ListenedAttempt,
  listenToAttempt,
} from "./listen-to-attempt.js";
export { type MemoryLogger, memoryLogger } from "./memory-logger.js";

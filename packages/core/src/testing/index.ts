export {
  type TestCertificate,
  type TestCertificateInit,
  testCertificate,
} from "./certificate.js";
export { FakeClock } from "./fake-clock.js";
export { type MemoryLogger, memoryLogger } from "./memory-logger.js";

/** gRPC service configs are read as they are, and refused by path, bound and value when they are wrong. */
import { Code } from "@connectrpc/connect";
import { methods } from "../testing/greet-service.js";
import { parseServiceConfig } from "./service-config-parse.js";

const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: "0.1s",
  maxBackoff: "1s",
  backoffMultiplier: 2,
  retryableStatusCodes: ["UNAVAILABLE"],
};
const everywhere = [{}];
const of = (fields: object) => ({ methodConfig: [{ name: everywhere, ...fields }] });
const rulesOf = (config: string | object, method = methods.unary) =>
  parseServiceConfig(config).rulesOf(method);

describe("parseServiceConfig", () => {
  test("reads a retry policy", () => {
    expect(rulesOf(of({ retryPolicy, timeout: "1.5s", waitForReady: true }))).toEqual({
      timeoutMs: 1_500,
      waitForReady: true,
      retry: {
        retries: 3,
        backoff: { baseMs: 100, maxMs: 1_000 },
        backoffMultiplier: 2,
        codes: [Code.Unavailable],
      },
    });
  });

  test("reads a hedging policy", () => {
    const hedgingPolicy = {
      maxAttempts: 3,
      hedgingDelay: "0.05s",
      nonFatalStatusCodes: ["aborted"],
    };
    expect(rulesOf(of({ hedgingPolicy }))).toMatchObject({
      hedging: { retries: 2, nonFatalCodes: [Code.Aborted], strategy: { name: "hedging-policy" } },
    });
    expect(rulesOf(of({ hedgingPolicy: { maxAttempts: 2 } }))?.hedging?.nonFatalCodes).toEqual([]);
  });

  test("reads JSON text as it reads an object", () => {
    expect(rulesOf(JSON.stringify(of({ retryPolicy })))).toEqual(rulesOf(of({ retryPolicy })));
  });

  test.each([
    { maxTokens: 1, tokenRatio: 0.1, read: { maxTokens: 1, tokenRatio: 0.1 } },
    { maxTokens: 1_000, tokenRatio: 2, read: { maxTokens: 1_000, tokenRatio: 2 } },
    { maxTokens: 10, tokenRatio: 0.5466, read: { maxTokens: 10, tokenRatio: 0.546 } },
  ])("reads throttling with $maxTokens tokens and $tokenRatio of one", ({ read, ...given }) => {
    expect(parseServiceConfig({ retryThrottling: given }).throttling).toEqual(read);
  });

  test.each([
    { given: 2, retries: 1 },
    { given: 5, retries: 4 },
    { given: 6, retries: 4 },
    { given: 100, retries: 4 },
  ])("takes $given attempts for $retries retries", ({ given, retries }) => {
    const config = of({ retryPolicy: { ...retryPolicy, maxAttempts: given } });
    expect(rulesOf(config)?.retry?.retries).toBe(retries);
  });

  test.each([
    { code: "UNAVAILABLE", read: Code.Unavailable },
    { code: "unavailable", read: Code.Unavailable },
    { code: "Cancelled", read: Code.Canceled },
    { code: "RESOURCE_EXHAUSTED", read: Code.ResourceExhausted },
    { code: 14, read: Code.Unavailable },
    { code: 1, read: Code.Canceled },
    { code: 16, read: Code.Unauthenticated },
  ])("takes the status $code", ({ code, read }) => {
    const config = of({ retryPolicy: { ...retryPolicy, retryableStatusCodes: [code] } });
    expect(rulesOf(config)?.retry?.codes).toEqual([read]);
  });

  test("goes by method, then service, then the rest", () => {
    const config = parseServiceConfig({
      methodConfig: [
        { name: [{}], timeout: "1s" },
        { name: [{ service: "greet.GreetService" }, { service: "other.Other" }], timeout: "2s" },
        { name: [{ service: "greet.GreetService", method: "Look" }], timeout: "3s" },
        { name: [{ service: "greet.GreetService", method: "look" }], timeout: "4s" },
        { name: [], timeout: "5s" },
      ],
    });
    expect(config.rulesOf(methods.pure)?.timeoutMs).toBe(3_000);
    expect(config.rulesOf(methods.unary)?.timeoutMs).toBe(2_000);
    const elsewhere = parseServiceConfig({ methodConfig: [{ name: [{ service: "a.B" }] }] });
    expect(elsewhere.rulesOf(methods.unary)).toBeUndefined();
    expect(rulesOf(of({ timeout: "1s" }))?.timeoutMs).toBe(1_000);
  });

  test("lets pass what is about something else", () => {
    const config = parseServiceConfig({
      loadBalancingPolicy: "round_robin",
      loadBalancingConfig: [{ round_robin: {} }],
      healthCheckConfig: { serviceName: "" },
      methodConfig: [
        { name: everywhere, maxRequestMessageBytes: 1, maxResponseMessageBytes: null },
      ],
    });
    expect(config.rulesOf(methods.unary)).toEqual({});
    expect(parseServiceConfig({}).rulesOf(methods.unary)).toBeUndefined();
  });

  const retry = (fields: object) => of({ retryPolicy: { ...retryPolicy, ...fields } });
  const hedge = (fields: object) => of({ hedgingPolicy: { maxAttempts: 2, ...fields } });
  const throttle = (fields: object) => ({
    retryThrottling: { maxTokens: 10, tokenRatio: 0.1, ...fields },
  });
  const at = "serviceConfig.methodConfig[0]";
  const attempts = "must be a whole number from 2 to 9007199254740991";
  const aboveZero = 'must be a duration above 0s, such as "0.5s"';
  const aStatus = 'must be a status from 1 to 16 or its name, such as "UNAVAILABLE"';
  const tokens = "must be a whole number from 1 to 1000";

  test.each<{ config: unknown; says: string }>([
    { config: null, says: "serviceConfig must be an object, got null" },
    { config: [], says: "serviceConfig must be an object, got []" },
    { config: "{", says: "serviceConfig is not JSON: " },
    { config: "null", says: "serviceConfig must be an object" },
    {
      config: { methodConfigs: [] },
      says: "unknown option 'methodConfigs'; did you mean 'methodConfig'",
    },
    { config: { methodConfig: {} }, says: "serviceConfig.methodConfig must be a list, got {}" },
    { config: { methodConfig: [5] }, says: `${at} must be an object, got 5` },
    { config: of({ retrypolicy: {} }), says: `${at}: unknown option 'retrypolicy'` },
    { config: { methodConfig: [{ name: {} }] }, says: `${at}.name must be a list` },
    {
      config: { methodConfig: [{ name: [{ method: "Greet" }] }] },
      says: `${at}.name[0].method needs a service beside it, got { method: 'Greet' }`,
    },
    {
      config: { methodConfig: [{ name: [{ service: 5 }] }] },
      says: `${at}.name[0].service must be text`,
    },
    {
      config: { methodConfig: [{ name: [{}] }, { name: [{ service: "a" }, {}] }] },
      says: "serviceConfig.methodConfig[1].name[1] must not come twice, got {}",
    },
    { config: of({ timeout: "0s" }), says: `${at}.timeout ${aboveZero}, got '0s'` },
    { config: of({ timeout: "-1s" }), says: `${at}.timeout ${aboveZero}, got '-1s'` },
    { config: of({ timeout: 5 }), says: `${at}.timeout ${aboveZero}, got 5` },
    { config: of({ timeout: "5" }), says: `${at}.timeout ${aboveZero}, got '5'` },
    { config: of({ timeout: ["1s"] }), says: `${at}.timeout ${aboveZero}` },
    { config: of({ waitForReady: "true" }), says: `${at}.waitForReady must be true or false` },
    {
      config: of({ retryPolicy, hedgingPolicy: { maxAttempts: 2 } }),
      says: `${at} must have one of retryPolicy and hedgingPolicy, got both`,
    },
    { config: retry({ maxAttempts: 1 }), says: `${at}.retryPolicy.maxAttempts ${attempts}, got 1` },
    { config: retry({ maxAttempts: 2.5 }), says: `maxAttempts ${attempts}, got 2.5` },
    { config: retry({ maxAttempts: "3" }), says: `maxAttempts ${attempts}, got '3'` },
    { config: retry({ maxAttempts: undefined }), says: `maxAttempts ${attempts}, got undefined` },
    { config: retry({ initialBackoff: "0s" }), says: `retryPolicy.initialBackoff ${aboveZero}` },
    { config: retry({ initialBackoff: undefined }), says: "initialBackoff must be a duration" },
    { config: retry({ maxBackoff: "1m" }), says: `retryPolicy.maxBackoff ${aboveZero}, got '1m'` },
    {
      config: retry({ backoffMultiplier: 0 }),
      says: "retryPolicy.backoffMultiplier must be a number above 0, got 0",
    },
    { config: retry({ backoffMultiplier: undefined }), says: "backoffMultiplier must be a number" },
    {
      config: retry({ retryableStatusCodes: [] }),
      says: "retryableStatusCodes must name at least one status, got []",
    },
    { config: retry({ retryableStatusCodes: undefined }), says: "must name at least one status" },
    { config: retry({ retryableStatusCodes: "UNAVAILABLE" }), says: "must be a list" },
    {
      config: retry({ retryableStatusCodes: ["UNAVAILABLE", "NOPE"] }),
      says: `${at}.retryPolicy.retryableStatusCodes[1] ${aStatus}, got 'NOPE'`,
    },
    { config: retry({ retryableStatusCodes: ["OK"] }), says: `${aStatus}, got 'OK'` },
    { config: retry({ retryableStatusCodes: [0] }), says: `${aStatus}, got 0` },
    { config: retry({ retryableStatusCodes: [17] }), says: `${aStatus}, got 17` },
    { config: retry({ retryableStatusCodes: [1.5] }), says: `${aStatus}, got 1.5` },
    { config: retry({ retryableStatusCodes: [null] }), says: `${aStatus}, got null` },
    { config: hedge({ maxAttempts: 1 }), says: `${at}.hedgingPolicy.maxAttempts ${attempts}` },
    {
      config: hedge({ hedgingDelay: "-1s" }),
      says: 'hedgingPolicy.hedgingDelay must be a duration from 0s, such as "0.5s"',
    },
    { config: hedge({ nonFatalStatusCodes: ["x"] }), says: "nonFatalStatusCodes[0]" },
    {
      config: throttle({ maxTokens: 0 }),
      says: `serviceConfig.retryThrottling.maxTokens ${tokens}`,
    },
    { config: throttle({ maxTokens: 1_001 }), says: `maxTokens ${tokens}, got 1001` },
    { config: throttle({ maxTokens: 1.5 }), says: `maxTokens ${tokens}, got 1.5` },
    { config: throttle({ tokenRatio: 0 }), says: "tokenRatio must be a number above 0, got 0" },
    { config: throttle({ tokenRatio: 0.0001 }), says: "tokenRatio must be at least 0.001" },
    { config: throttle({ tokens: 1 }), says: "retryThrottling: unknown option 'tokens'" },
  ])("refuses $config", ({ config, says }) => {
    expect(() => parseServiceConfig(config as object)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});

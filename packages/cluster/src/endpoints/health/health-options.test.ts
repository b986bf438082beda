import { defaultHealth, type HealthOptions, resolveHealth } from "./health-options.js";

test("false is none of it, and nothing said is the default", () => {
  expect(resolveHealth(false)).toBeUndefined();
  expect(resolveHealth()).toEqual(defaultHealth);
  expect(resolveHealth({ ejectionMs: undefined })).toEqual(defaultHealth);
});

test("the defaults are those of the documentation", () => {
  expect(defaultHealth).toEqual({
    consecutiveFailures: 5,
    minSuccessRatio: 0.5,
    windowAttempts: 20,
    ejectionMs: 500,
    maxEjectionMs: 30_000,
    maxEjectedRatio: 0.5,
    panicRatio: 0.5,
    slowRatio: 3,
    slowFloorMs: 100,
    probationMs: 1_000,
    probeIntervalMs: 250,
  });
});

test.each<HealthOptions>([
  { minSuccessRatio: 0 },
  { slowRatio: 0 },
  { slowRatio: 1 },
  { slowFloorMs: 0 },
  { probeIntervalMs: 0 },
  { maxEjectedRatio: 1, panicRatio: 1 },
  { windowAttempts: 30, consecutiveFailures: 1_000 },
  { ejectionMs: 40_000, maxEjectionMs: 40_000 },
])("%j is right", (options) => {
  expect(resolveHealth(options)).toEqual({ ...defaultHealth, ...options });
});

test("a first ejection above 30 s raises the bound of all", () => {
  expect(resolveHealth({ ejectionMs: 40_000 })).toMatchObject({ maxEjectionMs: 40_000 });
});

test.each<{ options: unknown; text: string }>([
  {
    options: { consecutiveFailures: 0 },
    text: "health.consecutiveFailures must be a whole number from 1 to 1000, got 0",
  },
  { options: { consecutiveFailures: 2.5 }, text: "got 2.5" },
  {
    options: { minSuccessRatio: 1.1 },
    text: "health.minSuccessRatio must be a number from 0 to 1, got 1.1",
  },
  { options: { minSuccessRatio: Number.NaN }, text: "got NaN" },
  {
    options: { windowAttempts: 31 },
    text: "health.windowAttempts must be a whole number from 2 to 30, got 31",
  },
  {
    options: { ejectionMs: 0 },
    text: "health.ejectionMs must be a number from 1 to 2147483647, got 0",
  },
  {
    options: { maxEjectionMs: 400 },
    text: "health.maxEjectionMs must be a number from 500 to 2147483647, got 400",
  },
  {
    options: { maxEjectedRatio: -0.1 },
    text: "health.maxEjectedRatio must be a number from 0 to 1, got -0.1",
  },
  {
    options: { panicRatio: "half" },
    text: "health.panicRatio must be a number from 0 to 1, got 'half'",
  },
  {
    options: { slowRatio: 0.5 },
    text: "health.slowRatio must be a number from 1 to 1000000, got 0.5",
  },
  {
    options: { slowFloorMs: -1 },
    text: "health.slowFloorMs must be a number from 0 to 2147483647, got -1",
  },
  {
    options: { probationMs: Number.POSITIVE_INFINITY },
    text: "health.probationMs must be a number from 1",
  },
  {
    options: { probeIntervalMs: null },
    text: "health.probeIntervalMs must be a number from 1 to 2147483647, got null",
  },
  { options: { probeMs: 1 }, text: "health: unknown option 'probeMs'" },
  { options: true, text: "health must be an object, got true" },
  { options: null, text: "health must be an object, got null" },
])("$options is refused: $text", ({ options, text }) => {
  expect(() => resolveHealth(options as HealthOptions)).toThrow(text);
});

import { defaultHttp2Options } from "../http2-options.js";
import { settingsBeforeFirst, sharedSettings } from "./peer-settings.js";

const settings = {
  maxConcurrentStreams: 7,
  initialWindowBytes: 65_535,
  maxFrameBytes: 16_384,
  maxHeaderListBytes: Number.POSITIVE_INFINITY,
};

describe("settings of peers", () => {
  test("are one object for all peers that say the same", () => {
    expect(sharedSettings({ ...settings })).toBe(sharedSettings({ ...settings }));
    expect(settingsBeforeFirst(defaultHttp2Options)).toBe(settingsBeforeFirst(defaultHttp2Options));
  });

  test.each(Object.keys(settings))("are told apart by %s", (name) => {
    const other = { ...settings, [name]: 20_000 };
    expect(sharedSettings(other)).toEqual(other);
    expect(sharedSettings({ ...settings })).toEqual(settings);
  });

  test("are right for any number of kinds, and cannot be changed", () => {
    for (let round = 0; round < 2; round++) {
      for (let maxFrameBytes = 20_000; maxFrameBytes < 20_050; maxFrameBytes++) {
        const shared = sharedSettings({ ...settings, maxFrameBytes });
        expect(shared).toEqual({ ...settings, maxFrameBytes });
        expect(Object.isFrozen(shared)).toBe(true);
      }
    }
  });
});

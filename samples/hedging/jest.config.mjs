import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-hedging", rootDir: import.meta.dirname };

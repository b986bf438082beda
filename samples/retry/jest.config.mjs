import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-retry", rootDir: import.meta.dirname };

import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-consistent-hash", rootDir: import.meta.dirname };

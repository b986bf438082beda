import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-health", rootDir: import.meta.dirname };

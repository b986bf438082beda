import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-timeout", rootDir: import.meta.dirname };

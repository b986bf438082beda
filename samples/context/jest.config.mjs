import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-context", rootDir: import.meta.dirname };

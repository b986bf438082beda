import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-generic-call", rootDir: import.meta.dirname };

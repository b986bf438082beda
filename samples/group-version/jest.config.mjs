import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-group-version", rootDir: import.meta.dirname };

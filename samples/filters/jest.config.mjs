import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-filters", rootDir: import.meta.dirname };

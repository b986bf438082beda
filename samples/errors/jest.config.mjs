import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-errors", rootDir: import.meta.dirname };

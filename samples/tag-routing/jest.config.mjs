import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-tag-routing", rootDir: import.meta.dirname };

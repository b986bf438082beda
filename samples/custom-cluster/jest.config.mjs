import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-custom-cluster", rootDir: import.meta.dirname };

#!/usr/bin/env node
// The published plugin. Inside the workspace buf.gen.yaml runs src/main.ts, so no stale build is ever used.
import "../dist/main.js";

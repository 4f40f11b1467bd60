import {defineConfig} from "vitest/config";

// Slow checks (real-data studies, interoperability, whole runs) end in .full.test.ts.
export default defineConfig({
  test: {
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {name: "fast", include: ["test/**/*.test.ts"], exclude: ["test/**/*.full.test.ts"]},
      },
      {extends: true, test: {name: "full", include: ["test/**/*.full.test.ts"], testTimeout: 600_000}},
    ],
  },
});

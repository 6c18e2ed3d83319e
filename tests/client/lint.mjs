// SPDX-License-Identifier: Apache-2.0
// The description of the API against a public linter. node lint.mjs openapi.json; exit 77 when the packages are not installed.
let core;
try {
  core = await import("@redocly/openapi-core");
} catch {
  console.log("the npm packages of tests/client are not installed (./dev setup): skipped");
  process.exit(77);
}
const { lint, createConfig } = core.default ?? core;
const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    "no-server-example.com": "off",
    "operation-4xx-response": "error",
    "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: false },
    "no-unused-components": "error",
    "operation-operationId": "error",
  },
});
const problems = await lint({ ref: process.argv[2], config });
for (const p of problems) console.log(`${p.severity} ${p.ruleId} ${p.location[0]?.pointer ?? ""}: ${p.message}`);
console.log(`${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * All properties in one file: four would each load Effect for themselves. `npm run test:fuzz` runs them side by side.
 */
// They are here for the tests that they declare.
/* oxlint-disable import/no-unassigned-import */
import "./bytes.fuzz.ts"
import "./metamorphic.fuzz.ts"
import "./robustness.fuzz.ts"
import "./totality.fuzz.ts"

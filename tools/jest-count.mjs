// Prints `passed failed skipped` of a jest --json report; a suite that could not even start counts as one failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
console.log(`${report.numPassedTests} ${failed} ${report.numPendingTests + report.numTodoTests}`);

import junit from 'junit-report-builder';
import { nameOf, type TestResult } from './test-result.ts';

/** The results as JUnit XML, a suite for each file. */
export function toJunit(results: readonly TestResult[]): string {
  const builder = junit.newBuilder();
  for (const file of new Set(results.map((result) => result.file))) {
    const suite = builder.testSuite().name(file);
    for (const result of results.filter((each) => each.file === file)) {
      const test = suite.testCase().className(file).name(nameOf(result)).file(`${file}:${result.line.number + 1}`);
      if (result.status !== 'pass') test.failure(result.message, result.status);
    }
  }
  return `${builder.build()}\n`;
}

// Mocha's usual report, then one last line for machines: `N passed, N failed`.
const { reporters, Runner } = require('mocha');

module.exports = class CountReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      if (pending) console.log(`${pending} skipped`);
      console.log(`${passes} passed, ${failures} failed`);
    });
  }
};

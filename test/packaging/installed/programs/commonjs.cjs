// A CommonJS module.
const trae = require('trae-node');
const exercise = require('./exercise.cjs');

void exercise(trae).then((seen) => console.log(JSON.stringify(seen)));

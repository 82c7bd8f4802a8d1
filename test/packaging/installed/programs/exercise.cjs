// What each program does with the library it got: trains, saves, loads, and tells what it saw.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Libraries that are open in this process (Linux). */
function libraries() {
  if (process.platform !== 'linux') return [];
  const maps = fs.readFileSync('/proc/self/maps', 'utf8');
  return [...new Set(maps.match(/\/\S+\.(?:so|node)[\d.]*$/gm) ?? [])];
}

module.exports = async function exercise(trae) {
  const { layers, models, Sequential } = trae.keras;
  trae.setRandomSeed(5);
  const x = trae.random.uniform([64, 4], { minval: -1, maxval: 1 });
  const y = x.sum({ axis: 1, keepdims: true });
  const model = new Sequential([layers.Input([4]), new layers.Dense(16, { activation: 'relu' }), new layers.Dense(1)]);
  model.compile({ optimizer: new trae.keras.optimizers.Adam(0.01), loss: 'mse' });
  const { history } = await model.fit(x, y, { epochs: 20, batchSize: 16, verbose: 0 });

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-exercise-'));
  try {
    const file = path.join(folder, 'model.keras');
    await model.save(file);
    const loaded = await models.loadModel(file);
    const some = trae.linspace(-1, 1, { num: 32 }).reshape([8, 4]);
    const answers = async (m) => Array.from(await (await m.predict(some, { verbose: 0 })).data());
    return {
      first: history.loss[0],
      last: history.loss.at(-1),
      answers: await answers(model),
      again: await answers(loaded),
      libraries: libraries(),
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

/** Where models are loaded from: folders, archives, addresses; graphs of TensorFlow.js and of TensorFlow 1. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as crypto from 'node:crypto';
import * as trae from '../../lib/index';
import { download } from '../../lib/io/download/download';
import { extractArchive } from '../../lib/io/download/archives';
import { createSavedModel, encode, type MetaGraphFields } from '../../lib/tensorflow/saved_model/messages';
import { temporaryFolder } from '../io/support';
import { arraysOf, fileOf, same, tensorOf } from './helpers';
import { Bundle } from '../../lib/tensorflow/checkpoint/bundle';
import { readTable } from '../../lib/tensorflow/checkpoint/table';
import { table, writeBundle } from './tables';

const { hub, keras } = trae;

describe('sources of hub.KerasLayer', () => {
  let x: trae.Tensor, expected: Awaited<ReturnType<typeof arraysOf>>[string];
  const folder = temporaryFolder();
  const model = path.join(folder, 'model');
  const archive = fileOf('export_convolutions.tar.gz');
  before(async () => {
    const arrays = await arraysOf('export_convolutions');
    x = tensorOf(arrays.x0);
    expected = arrays.y;
    await extractArchive(archive, model, 'auto');
  });
  const loads = async (handle: string, options?: Parameters<typeof hub.KerasLayer.load>[1]): Promise<void> =>
    same(handle, (await hub.KerasLayer.load(handle, options)).apply(x) as trae.Tensor, expected, 1e-4);

  it('are folders, their files, archives, and addresses of these', async () => {
    const outer = path.join(folder, 'outer');
    fs.mkdirSync(outer);
    fs.cpSync(model, path.join(outer, 'inner'), { recursive: true });
    for (const handle of [
      model,
      path.join(model, 'saved_model.pb'),
      outer,
      archive,
      pathToFileURL(archive).href,
      pathToFileURL(model).href,
    ])
      await loads(handle);
  });
  it('are refused where there is no model', async () => {
    const empty = path.join(folder, 'empty');
    fs.mkdirSync(empty);
    await assert.rejects(hub.KerasLayer.load(empty), /holds no model: there is no saved_model.pb and no model.json/);
    await assert.rejects(hub.KerasLayer.load(path.join(folder, 'none')), /none cannot be read: there is no such file/);
    await assert.rejects(hub.KerasLayer.load(__filename), /^FileError: hub\.KerasLayer\.load: .*could not be unpacked/);
    await assert.rejects(hub.KerasLayer.load(3 as never), /handle must be a path or a URL[^]*Received: 3/);
    await assert.rejects(hub.KerasLayer.load('ftp://example.org/m.tar.gz'), /cannot be read/);
    await assert.rejects(
      hub.KerasLayer.load('http://example.org/m.tar.gz'),
      /^ValueError: hub\.KerasLayer\.load: only https is allowed/,
    );
  });
  it('leave nothing behind of an archive that is unpacked', async () => {
    const before = fs.readdirSync(os.tmpdir()).filter((f) => f.startsWith('trae-hub-'));
    await loads(archive);
    const after = fs.readdirSync(os.tmpdir());
    assert.deepEqual(
      after.filter((f) => f.startsWith('trae-hub-')),
      before,
    );
  });
  describe('on the internet', () => {
    let server: http.Server, address: string;
    const asked: string[] = [];
    before((done) => {
      server = http.createServer((request, response) => {
        asked.push(request.url!);
        const { url } = request;
        if (url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
        else if (url === '/ftp') response.writeHead(307, { location: 'ftp://127.0.0.1/model' }).end();
        else if (url === '/loop') response.writeHead(301, { location: '/loop' }).end();
        else if (url === '/moved') response.writeHead(308, { location: '/model' }).end();
        else if (url === '/stall')
          response.writeHead(200, { 'content-length': 4000 }).write(fs.readFileSync(archive).subarray(0, 1000));
        else if (url === '/half') response.end(fs.readFileSync(archive).subarray(0, 1000));
        else if (request.url!.startsWith('/model')) fs.createReadStream(archive).pipe(response);
        else response.writeHead(404).end();
      });
      server.listen(0, '127.0.0.1', () => {
        address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    const leftIn = (cacheDir: string): string[] =>
      (fs.existsSync(cacheDir) ? fs.readdirSync(path.join(cacheDir, 'hub')) : []).filter((f) => !f.endsWith('.lock'));
    it('are downloaded once and kept', async () => {
      const cacheDir = path.join(folder, 'cache');
      const sha256 = crypto.createHash('sha256').update(fs.readFileSync(archive)).digest('hex');
      await loads(`${address}/model?tf-hub-format=compressed`, { cacheDir, sha256, verbose: false });
      const count = asked.length;
      await loads(`${address}/model?tf-hub-format=compressed`, { cacheDir, sha256, verbose: false });
      assert.equal(asked.length, count);
      // What is unpacked stays: the second time nothing is written.
      const unpacked = fs
        .readdirSync(path.join(cacheDir, 'hub'))
        .find((f) => fs.existsSync(path.join(cacheDir, 'hub', f, 'saved_model.pb')))!;
      const graph = path.join(cacheDir, 'hub', unpacked, 'saved_model.pb');
      const { ino, ctimeMs } = fs.statSync(graph);
      await loads(`${address}/model?tf-hub-format=compressed`, { cacheDir, sha256, verbose: false });
      assert.deepEqual([fs.statSync(graph).ino, fs.statSync(graph).ctimeMs], [ino, ctimeMs]);
    });
    it('are refused with another checksum, or when they are not there', async () => {
      const cacheDir = path.join(folder, 'cache2');
      await assert.rejects(
        hub.KerasLayer.load(`${address}/model`, { cacheDir, sha256: '0'.repeat(64), verbose: false }),
        /^FileError: hub\.KerasLayer\.load: http.*not the right one/,
      );
      await assert.rejects(hub.KerasLayer.load(`${address}/none`, { cacheDir, verbose: false }), /404/);
      assert.deepEqual(leftIn(cacheDir), []);
    });
    it('are refused where the server redirects to another scheme or without an end, or sends half an archive', async () => {
      const cacheDir = path.join(folder, 'cache3');
      for (const [url, message] of [
        ['file', /redirects from http: to file:/],
        ['ftp', /redirects from http: to ftp:/],
        ['loop', /redirects more than 20 times/],
        ['half', /could not be unpacked: unexpected end of file/],
      ] as const)
        await assert.rejects(hub.KerasLayer.load(`${address}/${url}`, { cacheDir, verbose: false }), message);
      assert.deepEqual(leftIn(cacheDir), []);
      await loads(`${address}/moved`, { cacheDir, verbose: false });
    });
    it('are not gone on with from https to http', async () => {
      const moved = new Response(null, { status: 302, headers: { location: 'http://example.org/model' } });
      await assert.rejects(
        download('https://example.org/model', path.join(folder, 'part'), undefined, {
          verbose: false,
          fetch: () => Promise.resolve(moved),
        }),
        /redirects from https: to http:/,
      );
    });
    it('leave nothing unpacked when they stall until the caller gives up', async () => {
      const cacheDir = path.join(folder, 'cache4');
      const signal = AbortSignal.timeout(200);
      await assert.rejects(hub.KerasLayer.load(`${address}/stall`, { cacheDir, signal, verbose: false }), {
        name: 'TimeoutError',
      });
      assert.deepEqual(
        leftIn(cacheDir).filter((name) => !/part/.test(name)),
        [],
        'at most a part that the next call goes on with',
      );
    });
  });
});

describe('graph models of TensorFlow.js', () => {
  // relu(x w + b), w quantized: w = 0.5 q - 1; reshaped by a constant of the graph.
  const write = (change: (json: Record<string, unknown>) => void = () => undefined): string => {
    const folder = temporaryFolder();
    const node = (name: string, op: string, input: string[], attr: Record<string, unknown>): unknown => ({
      name,
      op,
      input,
      attr,
    });
    const constant = (name: string, dtype: string): unknown =>
      node(name, 'Const', [], { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: { dim: [] } } } });
    const json: Record<string, unknown> = {
      format: 'graph-model',
      signature: {
        inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '-1' }, { size: '2' }] } } },
        outputs: { y: { name: 'Identity:0', dtype: 'DT_FLOAT' } },
      },
      modelTopology: {
        versions: { producer: 808 },
        library: {},
        node: [
          node('x', 'Placeholder', [], {
            shape: { shape: { dim: [{ size: '-1' }, { size: '2' }] } },
            dtype: { type: 'DT_FLOAT' },
          }),
          constant('dense/w', 'DT_FLOAT'),
          constant('dense/b', 'DT_FLOAT'),
          constant('shape', 'DT_INT32'),
          node('fused', '_FusedMatMul', ['x', 'dense/w', 'dense/b'], {
            fused_ops: {
              list: { s: [Buffer.from('BiasAdd').toString('base64'), Buffer.from('Relu').toString('base64')] },
            },
            transpose_a: { b: false },
            transpose_b: { b: false },
            num_args: { i: '1' },
          }),
          node('reshaped', 'Reshape', ['fused', 'shape'], {}),
          node('Identity', 'Identity', ['reshaped'], {}),
        ],
      },
      weightsManifest: [
        {
          paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'],
          weights: [
            { name: 'dense/w', shape: [2, 3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
            { name: 'dense/b', shape: [3], dtype: 'float32' },
            { name: 'shape', shape: [3], dtype: 'int32' },
          ],
        },
      ],
    };
    change(json);
    const bytes = Buffer.concat([
      Buffer.from([0, 1, 2, 3, 4, 5]),
      Buffer.from(Float32Array.of(0.25, -3, 1).buffer),
      Buffer.from(Int32Array.of(-1, 3, 1).buffer),
    ]);
    fs.writeFileSync(path.join(folder, 'group1-shard1of2.bin'), bytes.subarray(0, 9));
    fs.writeFileSync(path.join(folder, 'group1-shard2of2.bin'), bytes.subarray(9));
    fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
    return folder;
  };
  const w = [-1, -0.5, 0, 0.5, 1, 1.5];
  const b = [0.25, -3, 1];
  const expected = [1, 2, -1, 4].reduce<number[]>((all, _, i, x) => {
    if (i % 2) return all;
    return [...all, ...b.map((v, k) => Math.max(0, x[i] * w[k] + x[i + 1] * w[3 + k] + v))];
  }, []);
  for (const [what, change] of [
    ['with a signature', () => undefined],
    ['without one', (json: Record<string, unknown>) => delete json.signature],
  ] as const)
    it(`are computed ${what}, weights quantized and in two files`, async () => {
      const layer = await hub.KerasLayer.load(write(change), { trainable: true });
      const y = layer.apply(trae.tensor([1, 2, -1, 4], [2, 2])) as trae.Tensor;
      assert.deepEqual([...y.shape], [2, 3, 1]);
      assert.deepEqual([...(await y.data())], expected);
      assert.deepEqual(
        layer.trainableWeights.map((v) => v.path),
        ['keras_layer/dense/w', 'keras_layer/dense/b'],
      );
    });
  it('are trained and saved as other layers', async () => {
    const layer = await hub.KerasLayer.load(path.join(write(), 'model.json'), { trainable: true, inputShape: [2] });
    const model = new keras.Sequential([layer, new keras.layers.Flatten()]);
    const x = trae.tensor([1, 2, -1, 4], [2, 2]);
    model.compile({ optimizer: 'sgd', loss: 'mean_squared_error' });
    const { history } = await model.fit(x, trae.zeros([2, 3]), { epochs: 2, verbose: 0 });
    assert.ok(history.loss[1] < history.loss[0]);
    const file = path.join(temporaryFolder(), 'm.keras');
    await model.save(file);
    const again = await keras.models.loadModel(file);
    assert.deepEqual(
      await ((await again.predict(x, { verbose: 0 })) as trae.Tensor).data(),
      await ((await model.predict(x, { verbose: 0 })) as trae.Tensor).data(),
    );
  });
  it('are refused where shards are absent, too short, or the graph is none', async () => {
    const folder = write();
    fs.rmSync(path.join(folder, 'group1-shard2of2.bin'));
    await assert.rejects(hub.KerasLayer.load(folder), /group1-shard2of2.bin cannot be read/);
    await assert.rejects(
      hub.KerasLayer.load(write((json) => ((json.modelTopology as { node: unknown[] }).node[0] = { op: 3 }))),
      /its topology cannot be read as a graph/,
    );
    await assert.rejects(
      hub.KerasLayer.load(write((json) => delete json.weightsManifest)),
      /no graph model of TensorFlow.js/,
    );
    await assert.rejects(
      hub.KerasLayer.load(write((json) => ((json.modelTopology as { node: { op: string }[] }).node[5].op = 'Switch'))),
      /needs an operation that has no counterpart here: Switch \(1 times\)/,
    );
  });
});

describe('SavedModels of TensorFlow 1', () => {
  it('are computed with variables that are stored in parts', async () => {
    const arrays = await arraysOf('partitioned');
    const layer = await hub.KerasLayer.load(fileOf('partitioned.tar.gz'));
    await same('y', layer.apply(tensorOf(arrays.x0)) as trae.Tensor, arrays.y);
    // The wholes too.
    const folder = path.join(temporaryFolder(), 'model');
    await extractArchive(fileOf('partitioned.tar.gz'), folder, 'auto');
    const bundle = await Bundle.open(path.join(folder, 'variables', 'variables'));
    const weights = new Map(layer.weights.map((w) => [w.path, w]));
    for (const [key, axis] of [
      ['table/rows', 0],
      ['head/columns', 1],
    ] as const) {
      const parts = [...weights].filter(([name]) => name.startsWith(`keras_layer/${key}`)).map(([, w]) => w.value);
      assert.ok(parts.length > 1);
      await same(key, trae.concatenate(parts, { axis }), await bundle.read(key));
    }
    await bundle.close();
  });
  it('are refused where a part of a variable is missing', async () => {
    const folder = temporaryFolder();
    const at = path.join(folder, 'model');
    await extractArchive(fileOf('partitioned.tar.gz'), at, 'auto');
    const index = path.join(at, 'variables', 'variables.index');
    const entries = [...readTable(fs.readFileSync(index), index)].map(
      ([k, v]) => [Buffer.from(k, 'latin1'), Buffer.from(v)] as const,
    );
    const parts = entries.filter(([k]) => k[0] === 0 && k.length);
    assert.equal(parts.length, 5);
    fs.writeFileSync(index, table(entries.filter((e) => e !== parts[1])));
    await assert.rejects(hub.KerasLayer.load(at), /the parts of '(table|head)\/\w+' are not all there/);
  });
  it('are computed by their signatures, variables by name', async () => {
    const folder = temporaryFolder();
    const text = (s: string) => ({ value: { case: 's' as const, value: Buffer.from(s) } });
    const type = { value: { case: 'type' as const, value: 1 } };
    const shape = (...sizes: number[]) => ({ dim: sizes.map((size) => ({ size: BigInt(size) })) });
    const shaped = (...sizes: number[]) => ({ value: { case: 'shape' as const, value: shape(...sizes) } });
    const graph: MetaGraphFields = {
      metaInfoDef: { tags: ['serve'] },
      graphDef: {
        node: [
          { name: 'x', op: 'Placeholder', attr: { dtype: type, shape: shaped(-1, 2) } },
          { name: 'layer/kernel', op: 'VariableV2', attr: { dtype: type, shape: shaped(2, 2) } },
          { name: 'layer/kernel/read', op: 'Identity', input: ['layer/kernel'] },
          {
            name: 'handle',
            op: 'VarHandleOp',
            attr: { dtype: type, shape: shaped(2), shared_name: text('layer/moving_mean') },
          },
          { name: 'read', op: 'ReadVariableOp', input: ['handle'] },
          { name: 'product', op: 'MatMul', input: ['x', 'layer/kernel/read'] },
          { name: 'y', op: 'AddV2', input: ['product', 'read'] },
          { name: 'assign', op: 'Assign', input: ['layer/kernel', 'layer/kernel/read'] },
        ],
      },
      signatureDef: {
        serving_default: {
          inputs: { features: { name: 'x:0', dtype: 1, tensorShape: shape(-1, 2) } },
          outputs: { scores: { name: 'y:0', dtype: 1, tensorShape: shape(-1, 2) } },
        },
      },
    };
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), encode('SavedModel', createSavedModel(graph)));
    const bytes = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
    writeBundle(
      path.join(folder, 'variables', 'variables'),
      [
        { key: 'layer/kernel', dtype: 1, shape: [2, 2], bytes: bytes(1, 2, 3, 4), shard: 0 },
        { key: 'layer/moving_mean', dtype: 1, shape: [2], bytes: bytes(10, 20), shard: 1 },
      ],
      2,
      { compress: true },
    );
    const layer = await hub.KerasLayer.load(folder, { trainable: true });
    assert.deepEqual([...(await (layer.apply(trae.tensor([[1, 1]])) as trae.Tensor).data())], [14, 26]);
    assert.deepEqual(
      layer.trainableWeights.map((v) => v.path),
      ['keras_layer/layer/kernel'],
    );
    assert.deepEqual(
      layer.layers.map((l) => l.name),
      ['layer'],
    );
  });
});

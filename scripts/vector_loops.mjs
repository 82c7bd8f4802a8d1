/** Reads the innermost loops of object files (folder given, NAME.SET.o) and holds them against the rules of check_vector_code.sh. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { loops: { type: 'boolean' } } });
const ARITHMETIC = /^v?(fn?m(add|sub)\d+|mul|add|sub|max|min|div)p[sd]$/;
const PRODUCT = /^v?(fmadd\d+|mul|add)p[sd]$/;
/** One element of a vector at a time. */
const SCALAR = /^v?(insertps|extractps|pinsr[bwdq]|pextr[bwdq]|unpcklps)$/;
/** Files whose loops of products keep all sums in registers. */
const PRODUCTS = new Set(['packed_matmul', 'small_matmul', 'direct_convolution', 'recurrent']);
/**
 * The share of instructions that may touch vectors on the stack: none in products (without AVX an operand may wait there: three rows
 * with that are faster than two without), constants in long elementwise loops.
 */
const MAX_STACK = { products: { base: 0.1, avx2: 0, avx512: 0 }, others: 0.15 };

/** Functions of an object file: [name, [[address, operation, operands]]]. */
function functionsOf(file) {
  const text = execFileSync('objdump', ['-d', '-C', '--no-show-raw-insn', file], { maxBuffer: 1 << 29 }).toString(),
    found = [];
  for (const line of text.split('\n')) {
    const head = /^[0-9a-f]+ <(.*)>:$/.exec(line),
      instruction = /^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$/.exec(line);
    if (head) found.push([head[1], []]);
    else if (instruction) found.at(-1)[1].push([parseInt(instruction[1], 16), instruction[2], instruction[3]]);
  }
  return found;
}
/** Innermost loops: from the target of a backward jump to the jump. */
function loopsOf(body) {
  const loops = body
    .filter(
      ([at, operation, operands]) =>
        operation.startsWith('j') && parseInt(operands, 16) <= at && parseInt(operands, 16) >= body[0][0],
    )
    .map(([at, , operands]) => [parseInt(operands, 16), at]);
  return loops
    .filter(([begin, end]) => !loops.some(([b, e]) => (b !== begin || e !== end) && b >= begin && e <= end))
    .map(([begin, end]) => body.filter(([at]) => at >= begin && at <= end));
}

let broken = 0;
const totals = {};
for (const file of readdirSync(positionals[0]).sort()) {
  const [name, set] = file.split('.');
  const total = (totals[set] ??= { loops: 0, products: 0, broken: 0 });
  for (const [title, body] of functionsOf(join(positionals[0], file)))
    for (const loop of loopsOf(body)) {
      const count = (test) => loop.filter(([, operation, operands]) => test(operation, operands)).length;
      const arithmetic = count((operation) => ARITHMETIC.test(operation)),
        products = count((operation) => PRODUCT.test(operation)),
        stack = count((_, operands) => /%[xyz]mm/.test(operands) && /\(%r[sb]p[,)]/.test(operands)),
        scalar = count((operation) => SCALAR.test(operation));
      if (arithmetic === 0 || (PRODUCTS.has(name) && arithmetic / loop.length < 0.3)) continue; // the latter write sums, once a product
      const isProduct =
        PRODUCTS.has(name) && products === arithmetic && arithmetic >= 4 && arithmetic / loop.length >= 0.4;
      total.loops++;
      total.products += isProduct;
      const isBroken = isProduct
        ? scalar > 0 || stack / loop.length > MAX_STACK.products[set]
        : scalar > 4 || (arithmetic >= 8 && stack / loop.length > MAX_STACK.others);
      if (isBroken || values.loops)
        console.log(
          `${isBroken ? 'BROKEN ' : ''}${set} ${name}: ${title.replace(/trae::simd::|\(anonymous namespace\)::/g, '').slice(0, 70)}: ${loop.length} instructions, ${arithmetic} arithmetic, ${stack} on the stack, ${scalar} of single elements`,
        );
      total.broken += isBroken;
      broken += isBroken;
    }
}
for (const [set, t] of Object.entries(totals))
  console.log(`${set}: ${t.loops} loops, ${t.products} of products, ${t.broken} break the rules`);
process.exit(broken || !Object.values(totals).every((t) => t.products > 0) ? 1 : 0);

/** The tests that every row passes: values, values of the compiled op, gradients, memory of the result. */
import * as trae from '../../lib/index';
import { expectArray } from './compare';
import { checkGradient, checkSecondGradient } from './gradient';
import { transpose } from './naive';
import { fromTensor, type NdArray, toTensor } from './ndarray';
import { callRow, type Case, describeCase, type Row, rowsOf } from './rows';

const list = (y: NdArray | NdArray[]): NdArray[] => (Array.isArray(y) ? y : [y]);

function expectAll(got: trae.Tensor[], want: NdArray[], what: string, looseness?: number): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} results instead of ${want.length}`);
  want.forEach((w, i) =>
    expectArray(fromTensor(got[i]), w, want.length > 1 ? `${what}, result ${i}` : what, looseness),
  );
}
/** Values of one case: computed eagerly, by a plan, and by a plan in which the op has elementwise neighbours. */
function checkCase(r: Row, c: Case): { eager(): void; compiled(): void } {
  const what = describeCase(r, c);
  const want = list(r.reference(c.inputs, (c.args ?? []) as never[]));
  return {
    eager() {
      expectAll(callRow(r, c.inputs.map(toTensor), c.args), want, what, r.looseness);
      expectAll(
        callRow(
          r,
          c.inputs.map((x) => trae.transpose(toTensor(transpose(x)))),
          c.args,
        ),
        want,
        `of transposed inputs ${what}`,
        r.looseness,
      );
    },
    compiled() {
      const plain = trae.compile((...ts: trae.Tensor[]) => callRow(r, ts, c.args));
      expectAll(plain(...c.inputs.map(toTensor)), want, `compiled ${what}`, r.looseness);
      // The result is used twice and each input comes out of a transposition: fusion and reuse of memory have to get by.
      const among = trae.compile((...ts: trae.Tensor[]) => {
        const ys = callRow(
          r,
          ts.map((t) => trae.transpose(t)),
          c.args,
        );
        return [...ys.map((y) => trae.where(trae.equal(y, y), y, y)), ...ys];
      });
      expectAll(
        among(...c.inputs.map((x) => toTensor(transpose(x)))),
        [...want, ...want],
        `compiled among others ${what}`,
        r.looseness,
      );
    },
  };
}
/** Enters the tests of a family's rows with mocha. */
export function testRows(family: string): void {
  const rows = rowsOf(family);
  if (!rows.length) throw new Error(`there are no rows '${family}'`);
  for (const r of rows) {
    describe(r.op, () => {
      it('values', () => {
        for (const c of r.cases) checkCase(r, c).eager();
      });
      if (!r.isSource)
        it('values, compiled', () => {
          for (const c of r.cases) checkCase(r, c).compiled();
        });
      if (r.smooth?.length) {
        const f =
          (c: Case) =>
          (...ts: trae.Tensor[]): trae.Tensor[] =>
            callRow(r, ts, c.args);
        it('gradient', () => {
          for (const c of r.smooth!) checkGradient(f(c), c.inputs, describeCase(r, c));
        });
        if (r.second !== false)
          it('second gradient', () => {
            for (const c of r.smooth!) checkSecondGradient(f(c), c.inputs, describeCase(r, c));
          });
        it('gradient, compiled', () => {
          for (const c of r.smooth!) {
            const loss = (...ts: trae.Tensor[]): trae.Tensor =>
              callRow(r, ts, c.args)
                .filter((y) => y.dtype.includes('float'))
                .map((y) => y.multiply(y).sum())
                .reduce((a, b) => a.add(b));
            const floats = c.inputs.map((x) => x.dtype === 'float64');
            const all = c.inputs.map(toTensor);
            const gradients = (...ts: trae.Tensor[]): trae.Tensor[] =>
              trae.valueAndGrad((...xs: trae.Tensor[]) => {
                let k = 0;
                return loss(...ts.map((t, i) => (floats[i] ? xs[k++] : t)));
              })(...ts.filter((_, i) => floats[i])).grads;
            expectAll(
              trae.compile(gradients)(...all),
              gradients(...all).map(fromTensor),
              `compiled gradient of ${describeCase(r, c)}`,
              10,
            );
          }
        });
      }
    });
  }
}

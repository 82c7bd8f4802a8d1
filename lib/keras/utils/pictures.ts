/** Pictures: SVG as pixels, by a package that is installed by who needs it. */
import { RuntimeError } from '../../support/errors';

/** @internal The package, or an error that says how to get it. */
export async function optionalPackage<T>(name: string, what: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch {
    throw new RuntimeError(`${what} needs the package '${name}', which is not installed.\n  Fix: npm install ${name}`);
  }
}
/** @internal SVG as PNG. */
export async function svgToPng(svg: string, scale: number): Promise<Uint8Array> {
  const { Resvg } = await optionalPackage<typeof import('@resvg/resvg-js')>('@resvg/resvg-js', 'PNG');
  const options = {
    fitTo: { mode: 'zoom' as const, value: scale },
    background: 'white',
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  };
  return new Resvg(svg, options).render().asPng();
}

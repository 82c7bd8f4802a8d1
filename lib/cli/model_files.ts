/** Models for the commands: read from any file that holds one, with the caller's own classes. */
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as keras from '../keras/index';
import { isRecord } from '../support/nest';
import { InputError, textOption, type Context } from './context';
import { jsonOf, kindText, MODEL_KINDS, withKnownFile, type FileKind } from './file_kind';

type Model = InstanceType<typeof keras.Model>;
type CustomObjects = NonNullable<NonNullable<Parameters<typeof keras.models.loadModel>[1]>['customObjects']>;

/** What a file of JavaScript exports: by name, and what the default export holds. */
async function customObjectsOf(context: Context): Promise<CustomObjects | undefined> {
  const file = textOption(context, 'custom-objects');
  if (file === undefined) return undefined;
  let found: Record<string, unknown>;
  try {
    found = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${file} cannot be run: ${code === 'ERR_MODULE_NOT_FOUND' && message.includes(path.resolve(file)) ? 'there is no such file' : message.split('\n')[0]}.`,
      {
        cause: error,
      },
    );
  }
  const { default: whole, ...named } = found;
  const all = {
    ...(isRecord(whole) ? whole : typeof whole === 'function' && whole.name ? { [whole.name]: whole } : {}),
    ...named,
  };
  const usable = Object.entries(all).filter(([, value]) => typeof value === 'function' || isRecord(value));
  if (!usable.length)
    throw new InputError(
      `${file}: it exports no class or function.\n  Fix: export them, as in 'export class MyLayer extends layers.Layer { ... }'.`,
    );
  return Object.fromEntries(usable) as CustomObjects;
}
/** @internal */
export interface ReadModel {
  readonly model: Model;
  readonly kind: FileKind;
}
/**
 * @internal
 * @param options.compile - whether it is compiled as it was; where that fails, it is read without, with a warning.
 * @throws InputError for a file that holds no model.
 */
export async function readModel(
  context: Context,
  file: string,
  { compile = false }: { compile?: boolean } = {},
): Promise<ReadModel> {
  const customObjects = await customObjectsOf(context);
  const { signal } = context;
  const found = await withKnownFile(
    file,
    async (source, kind) => ({ kind, json: kind === 'architecture' ? await jsonOf(source, signal) : null }),
    signal,
  );
  if (!MODEL_KINDS.includes(found.kind))
    throw new InputError(
      `${file}: it holds no model: it is ${kindText(found.kind)}.\n  Fix: name the model; \`npx trae-node inspect ${file}\` shows what is in the file.`,
    );
  if (found.json)
    return { kind: found.kind, model: keras.models.modelFromJson(JSON.stringify(found.json), { customObjects }) };
  const load = (isCompiled: boolean): Promise<Model> =>
    keras.models.loadModel(file, { compile: isCompiled, customObjects, signal });
  if (!compile) return { kind: found.kind, model: await load(false) };
  try {
    return { kind: found.kind, model: await load(true) };
  } catch (error) {
    const model = await load(false); // what ails the model itself is thrown again here
    console.warn(`${file}: read without what it was compiled with: ${(error as Error).message.split('\n')[0]}`);
    return { kind: found.kind, model };
  }
}

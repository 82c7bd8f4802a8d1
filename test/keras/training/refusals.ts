/** How errors of training are tested: the whole text, and that the model goes on working. */
import * as trae from '../../../lib/index';
import { throwsText } from '../helpers';

const { layers, Sequential } = trae.keras;

export const regression = (name = 'line'): trae.keras.Model => {
  const model = new Sequential([layers.Input([4]), new layers.Dense(2)], { name });
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
};
/** Asserts the error, and that the model trains afterwards. */
export async function refuses(
  model: trae.keras.Model,
  f: () => unknown,
  name: string,
  text: string,
  goesOn: () => Promise<unknown>,
): Promise<void> {
  await throwsText(f, name, text);
  await goesOn();
}

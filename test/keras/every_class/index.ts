/** All cases: a model for each class that files may name, in many configurations. */
import { importedCases } from './imported';
import { layerCases } from './layers';
import type { ModelCase } from './model_case';
import { structureCases } from './structures';
import { trainingCases } from './training';

export const allCases = (): ModelCase[] => [
  ...layerCases(),
  ...trainingCases(),
  ...structureCases(),
  ...importedCases(),
];

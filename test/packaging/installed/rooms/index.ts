/** The rooms in the order in which they run. */
import { bundlers } from './bundlers';
import { consumers } from './consumers';
import { contents } from './contents';
import { nodeVersions } from './node_versions';
import { packageLint } from './package_lint';
import { packageManagers } from './package_managers';
import { roots } from './roots';
import { runtimes } from './runtimes';
import { testRunners } from './test_runners';
import { typescript } from './typescript';
import { workers } from './workers';

export type Room = (tarball: string) => Promise<void>;

export const ROOMS: Record<string, Room> = {
  contents,
  lint: packageLint,
  consumers,
  typescript,
  node: nodeVersions,
  managers: packageManagers,
  workers,
  bundlers,
  runners: testRunners,
  runtimes,
  roots,
};

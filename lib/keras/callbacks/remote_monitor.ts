/** RemoteMonitor. */
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import type { Logs } from '../training/types';
import { Callback } from './callback';

export interface RemoteMonitorOptions {
  /** Address of the server. Default 'http://localhost:9000'. */
  root?: string;
  /** Path that logs are posted to. Default '/publish/epoch/end/'. */
  path?: string;
  /** Field of the form that holds the logs as JSON, without `sendAsJson`. Default 'data'. */
  field?: string;
  /** Headers of the requests. Default null: none of your own. */
  headers?: Readonly<Record<string, string>> | null;
  /** Whether the body is JSON instead of a form. Default false. */
  sendAsJson?: boolean;
}
/**
 * Posts epoch, loss and metrics to a server after each epoch: as the form field `field` that holds JSON, or as JSON.
 * A server that cannot be reached is a warning. Defaults: http://localhost:9000/publish/epoch/end/, field 'data'.
 */
export class RemoteMonitor extends Callback {
  static options: OptionKinds = {
    root: kinds.string,
    path: kinds.string,
    field: kinds.string,
    headers: kinds.any,
    sendAsJson: kinds.boolean,
  };
  private readonly settings: Required<RemoteMonitorOptions>;
  constructor(options: RemoteMonitorOptions = {}) {
    super();
    checkOptionsOf(new.target, 'RemoteMonitor', options);
    this.settings = {
      root: 'http://localhost:9000',
      path: '/publish/epoch/end/',
      field: 'data',
      headers: null,
      sendAsJson: false,
      ...options,
    };
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { root, path, field, headers, sendAsJson } = this.settings;
    const text = JSON.stringify({ epoch, ...logs });
    const own = { 'Content-Type': sendAsJson ? 'application/json' : 'application/x-www-form-urlencoded', ...headers };
    try {
      await fetch(root + path, {
        method: 'POST',
        headers: own,
        body: sendAsJson ? text : new URLSearchParams({ [field]: text }).toString(),
      });
    } catch {
      console.warn(`RemoteMonitor: the server at ${root} could not be reached.`);
    }
  }
}

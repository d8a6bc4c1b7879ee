import type { PluginFile } from '../../hosts/cliproxy/file-name.js';
import type { Ending } from '../../model/session.js';
import { describeEnding, SessionFailure } from '../../runtime/failure.js';
import type { PluginSettings } from './host-config.js';
import type { Frame, ModelRunner } from './member.js';
import { type HostRunOptions, OpenMember } from './open-member.js';
import { byRank } from './order.js';

/** A file that the host looks at, and what its configuration says of the plugin. */
export interface Candidate {
  readonly file: PluginFile;
  readonly settings: PluginSettings;
}

const INVALID = 'returned invalid metadata or no capabilities';

/** The plugins of one host: loaded ones, and among them those that are registered. */
export class LoadedPlugins {
  /** Registered plugins in the order in which they are asked. */
  members: readonly OpenMember[] = [];
  private readonly loaded: OpenMember[] = [];
  private unloadable: Ending | undefined;

  constructor(
    private readonly options: HostRunOptions,
    private readonly frame: Frame,
    private readonly run: ModelRunner,
  ) {}

  /** How the first plugin ended that could not be loaded or has died since, registered or not. */
  get death(): Ending | undefined {
    return this.unloadable ?? this.loaded.find((one) => one.gone !== undefined)?.gone;
  }

  /** Loads the enabled plugins one after the other, each registered before the next is loaded. */
  async load(candidates: readonly Candidate[]): Promise<void> {
    const registered: OpenMember[] = [];
    const ids = new Set<string>();
    for (const { file, settings } of candidates) {
      if (!settings.enabled) this.skip(file.id, 'it is not enabled: its configuration needs enabled: true');
      else if (ids.has(file.id)) this.skip(file.id, `${file.path} has an id that is taken already`);
      else {
        ids.add(file.id);
        const member = await this.open(file, settings);
        if (member !== undefined && (await this.register(member, 'plugin.register'))) registered.push(member);
      }
    }
    this.members = registered.sort(byRank);
  }

  /** Applies the configuration again: every loaded plugin is asked for its whole registration once more. */
  async reconfigure(): Promise<void> {
    const registered: OpenMember[] = [];
    for (const member of this.loaded) {
      if (await this.register(member, 'plugin.reconfigure')) registered.push(member);
    }
    this.members = registered.sort(byRank);
  }

  /** Shuts all plugins down. */
  async close(): Promise<void> {
    await Promise.all(
      this.loaded.map(async (member) => {
        const ending = await member.close();
        if (ending === undefined || ending.kind === 'clean' || member.gone !== undefined) return;
        this.frame.log.add({
          depth: 0,
          stage: 'shutdown',
          plugin: member.id,
          outcome: 'failed',
          text: describeEnding(ending),
        });
      }),
    );
  }

  private async open(file: PluginFile, settings: PluginSettings): Promise<OpenMember | undefined> {
    const member = new OpenMember(file, settings, this.options, this.frame, this.run);
    try {
      await member.open();
    } catch (error) {
      if (!(error instanceof SessionFailure)) throw error;
      const text = `pluginhost: failed to load plugin ${file.id} from ${file.path}: ${describeEnding(error.ending)}`;
      this.frame.log.warn('load', text, file.id);
      this.unloadable ??= error.ending;
      return undefined;
    }
    this.loaded.push(member);
    return member;
  }

  private async register(member: OpenMember, method: string): Promise<boolean> {
    const problem = await member.register();
    const { id } = member;
    if (problem === undefined) {
      const text = `${id} is registered with priority ${member.priority}`;
      this.frame.log.add({ depth: 0, stage: method, plugin: id, outcome: 'done', text });
      return true;
    }
    const warn = (text: string) => this.frame.log.warn(method, text, id);
    // The host goes on with an empty registration where the call failed, and that has no metadata.
    const invalid = problem.startsWith(INVALID);
    if (!invalid) warn(`pluginhost: plugin ${id} ${method} failed: ${problem}`);
    warn(`pluginhost: plugin ${id} ${invalid ? problem : INVALID}`);
    return false;
  }

  private skip(plugin: string, text: string): void {
    this.frame.log.add({ depth: 0, stage: 'load', plugin, outcome: 'skipped', text });
  }
}

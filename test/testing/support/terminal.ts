import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, vi } from 'vitest';
import type { Cli } from './cli.js';

const RUN = path.resolve(import.meta.dirname, '../../../bin/run.cjs');

/** How long a terminal may take to show what is expected, in milliseconds. */
const PATIENCE_MS = 40_000;

/** `cpex` in a real pseudo-terminal, which tmux draws and types into. */
export class Terminal {
  private readonly socket: string;
  private readonly marks: ReturnType<Cli['surroundings']>;

  constructor(
    private readonly cli: Cli,
    args: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    // `CI` would say that nobody is there to ask.
    this.marks = cli.surroundings({ CI: '', TERM: 'xterm', TMUX: '', ...env });
    this.socket = `cpex-${this.marks.mark}`;
    const words = [process.execPath, RUN, ...args].map(quoted).join(' ');
    const script = path.join(this.marks.temporary, 'start.sh');
    // The exit code stays on the screen until the terminal is closed.
    writeFileSync(script, `trap : INT\n${words}\necho "exit=$?"\nexec cat >/dev/null\n`);
    this.tmux('new-session', '-d', '-x', '200', '-y', '50', '-c', cwd, `exec sh ${quoted(script)}`);
  }

  /** Types text and keys such as `Enter`, `Tab`, `Down`, `C-c`. */
  type(...keys: readonly string[]): void {
    for (const key of keys) {
      const named = /^(Enter|Tab|Space|Up|Down|C-.)$/.test(key);
      this.tmux('send-keys', ...(named ? [] : ['-l']), key);
    }
  }

  /** Waits until the screen shows a text, and returns the screen. */
  async shows(pattern: RegExp): Promise<string> {
    await vi.waitFor(() => expect(this.screen()).toMatch(pattern), { timeout: PATIENCE_MS, interval: 50 });
    return this.screen();
  }

  screen(): string {
    return this.tmux('capture-pane', '-p', '-J');
  }

  /** Checks that cpex ended with a code and left nothing behind, and closes the terminal. */
  async ends(code: number): Promise<string> {
    const screen = await this.shows(/^exit=\d+$/m);
    expect(screen).toMatch(new RegExp(`^exit=${code}$`, 'm'));
    this.close();
    rmSync(path.join(this.marks.temporary, 'start.sh'));
    await this.cli.expectNothingLeft(this.marks.mark, this.marks.temporary);
    return screen;
  }

  /** Ends tmux and what runs in it. Harmless when it has ended. */
  close(): void {
    spawnSync('tmux', ['-L', this.socket, 'kill-server'], { env: this.marks.env });
    const { TMUX_TMPDIR = '/tmp' } = process.env;
    rmSync(path.join(TMUX_TMPDIR, `tmux-${process.getuid?.()}`, this.socket), { force: true });
  }

  private tmux(...args: readonly string[]): string {
    const done = spawnSync('tmux', ['-L', this.socket, '-f', '/dev/null', ...args], {
      env: this.marks.env,
      cwd: tmpdir(),
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`tmux ${args[0]}: ${done.stderr}`);
    return done.stdout;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** What a command is about to do, as plain data: printed by `--dry-run`, carried out by apply. */
export interface Plan {
  readonly title: string;
  readonly steps: readonly PlanStep[];
}

export type PlanStep =
  | {
      readonly kind: 'write';
      readonly path: string;
      /** `create` is new, `replace` overwrites what cpex wrote, `keep` leaves an edited file alone. */
      readonly action: 'create' | 'replace' | 'keep';
      readonly size: number;
    }
  | { readonly kind: 'place'; readonly source: string; readonly path: string; readonly replaces?: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'run'; readonly command: readonly string[]; readonly cwd: string }
  | { readonly kind: 'note'; readonly text: string };

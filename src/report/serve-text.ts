import chalk from 'chalk';
import { printable } from '../support/printable.js';

interface Place {
  readonly plugin: string;
  readonly method: string;
  readonly path: string;
  readonly launch: string;
  readonly menu: string;
}

/** What `cpex run --serve` says when it is ready. */
export interface ServingView {
  readonly origin: string;
  readonly key: string;
  readonly resources: readonly Place[];
  readonly routes: readonly Place[];
}

/** Where everything is, and how to get in. */
export function renderServing({ origin, key, resources, routes }: ServingView): string {
  const pages = resources.map(({ menu, launch }) => `  ${printable(menu || '(page)')}  ${printable(origin + launch)}`);
  const paths = routes.map(({ method, path }) => `  ${printable(method)} ${printable(path)}`);
  return [
    `Serving on ${chalk.bold(`${origin}/`)}`,
    `Management key: ${chalk.bold(key)}`,
    ...(pages.length === 0 ? [] : ['Pages:', ...pages]),
    ...(paths.length === 0 ? [] : ['Management routes:', ...paths]),
    ...(pages.length + paths.length > 0
      ? []
      : [chalk.yellow('No pages and no routes: plugins name them with the capability management_api.')]),
    chalk.dim(
      'As in the real host: paths, key, order and refusals. Not emulated: its own routes and pages, the lock-out',
    ),
    chalk.dim('after wrong keys, CORS; a plugin gets one call at a time. Ctrl-C stops.'),
  ].join('\n');
}

/** One line for each request that was answered. */
export function servedLine(one: { method: string; url: string; status: number; durationMs: number }): string {
  const colour = one.status >= 500 ? chalk.red : one.status >= 400 ? chalk.yellow : chalk.green;
  const time = chalk.dim(`${Math.round(one.durationMs)} ms`);
  return `${printable(one.method)} ${printable(one.url)} ${colour(String(one.status))} ${time}`;
}

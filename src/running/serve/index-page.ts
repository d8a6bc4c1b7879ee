import { randomBytes } from 'node:crypto';
import { fieldsOf } from '../../hosts/json-fields.js';
import type { Ending } from '../../model/session.js';
import { textOf } from '../../pipeline/cliproxy/values.js';
import { describeEnding } from '../../runtime/failure.js';
import { escapeHtmlText } from './escape-json.js';
import type { Reply } from './plugin-reply.js';
import type { RouteTable, Served } from './route-table.js';
import type { KnownPlugin } from './served-plugin.js';

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:60rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{border-bottom:1px solid GrayText;padding:.4rem .6rem;text-align:left;vertical-align:top}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
.note{border-left:4px solid;padding-left:1rem}`;

/** The page that lists what is served: one file, no script, nothing from elsewhere. */
export function indexPage(plugins: readonly KnownPlugin[], table: RouteTable, host: string): Reply {
  const nonce = randomBytes(12).toString('base64url');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plugins on cpex</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>Plugins</h1>
<p>Served by <code>cpex run --serve</code> by the rules of ${escapeHtmlText(host)}. Pages open without a key; management routes want the key that the command printed, as <code>Authorization: Bearer KEY</code>.</p>
${table.warnings.length === 0 ? '' : `<section aria-labelledby="skipped"><h2 id="skipped">Skipped</h2><ul>${table.warnings.map((one) => `<li>${escapeHtmlText(one)}</li>`).join('')}</ul></section>\n`}${plugins.map((plugin) => section(plugin, table)).join('\n')}
</main>
</body>
</html>
`;
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      [
        'Content-Security-Policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`,
      ],
      ['Cache-Control', 'no-store'],
    ],
    body: Buffer.from(html),
  };
}

function section(plugin: KnownPlugin, table: RouteTable): string {
  const { id, registered } = plugin;
  const metadata = fieldsOf(registered?.metadata);
  const heading = `h-${escapeHtmlText(id)}`;
  const about =
    registered === undefined
      ? 'It is not registered.'
      : `${textOf(metadata.Name)} ${textOf(metadata.Version)}, ${textOf(metadata.Author)}`;
  const ended =
    registered?.gone === undefined
      ? ''
      : `<p class="note" role="status">${escapeHtmlText(describeEnding(registered.gone as Ending))} Start the command again.</p>`;
  const pages = table.resources.filter((one) => one.plugin === id);
  const routes = table.routes.filter((one) => one.plugin === id);
  return `<section aria-labelledby="${heading}">
<h2 id="${heading}">${escapeHtmlText(id)}</h2>
<p>${escapeHtmlText(about)}</p>${ended}
${rows('Pages', ['Menu', 'Address', 'What it is'], pages, page)}
${rows('Management routes', ['Method', 'Path', 'What it does'], routes, route)}
</section>`;
}

function rows(caption: string, heads: readonly string[], all: readonly Served[], row: (one: Served) => string): string {
  if (all.length === 0) return `<p>${caption}: none.</p>`;
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${all.map(row).join('')}</tbody></table>`;
}

function page({ menu, launch, description }: Served): string {
  const address = escapeHtmlText(launch);
  const name = menu === '' ? '' : `<a href="${address}">${escapeHtmlText(menu)}</a>`;
  return `<tr><td>${name}</td><td><a href="${address}"><code>${address}</code></a></td><td>${escapeHtmlText(description)}</td></tr>`;
}

function route({ method, path, description }: Served): string {
  return `<tr><td>${escapeHtmlText(method)}</td><td><code>${escapeHtmlText(path)}</code></td><td>${escapeHtmlText(description)}</td></tr>`;
}

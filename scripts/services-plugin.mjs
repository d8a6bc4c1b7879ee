// Splits cpex in two bundles: core (oclif, the command classes, light services) and services
// (everything a command reaches by a dynamic import). In the core an `import('../build/service.js')`
// becomes a call into services.cjs, which evaluates that module and nothing else.
import path from 'node:path';

/** Returns the esbuild plugin for the core and, once the core is built, the entry of the services. */
export function servicesPlugin(root) {
  const source = path.join(root, 'src');
  const modules = new Set();
  const redirect = {
    name: 'services',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, (args) => {
        if (args.kind !== 'dynamic-import') return undefined;
        const file = path.resolve(args.resolveDir, args.path);
        const name = path.relative(source, file).replaceAll('\\', '/').replace(/\.js$/, '');
        if (name.startsWith('..')) return undefined;
        modules.add(name);
        return { path: name, namespace: 'service' };
      });
      build.onLoad({ filter: /.*/, namespace: 'service' }, ({ path: name }) => ({
        contents: `const path = require('node:path');
          const { load } = require(path.join(__dirname, 'loader.cjs'));
          const services = load(path.join(__dirname, 'services.cjs'), process.argv[2] ?? '');
          module.exports = services.service(${JSON.stringify(name)});`,
        loader: 'js',
      }));
    },
  };
  const entry = () => {
    const rows = [...modules].sort().map((name) => `${JSON.stringify(name)}: () => require('./src/${name}.ts'),`);
    return `const table = {${rows.join('\n')}};\nexport const service = (name) => table[name]();`;
  };
  return { redirect, entry };
}

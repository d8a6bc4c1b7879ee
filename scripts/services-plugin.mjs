// Splits cpex in four bundles: core (oclif, the command classes, light services), services
// (everything a command reaches by a dynamic import), fuzzing (what only fuzzers need) and remote (what only plugins that
// are processes need). In the core an
// `import('../build/service.js')` becomes a call into services.cjs, which evaluates that module and nothing else.
import path from 'node:path';

/** Text of a module that comes out of another bundle, by the loader that lies beside both. */
function fromBundle(name, picked) {
  return `const path = require('node:path');
    const { load } = require(path.join(__dirname, 'loader.cjs'));
    const bundle = load(path.join(__dirname, '${name}'), process.argv[2] ?? '');
    module.exports = bundle.${picked};`;
}

/**
 * For the services: fast-check comes out of fuzzing.cjs. It is a tenth of the code and a plain `cpex test` never needs it;
 * the fuzzers themselves stay where they are, since they share sessions and errors with the other tests.
 */
export const fuzzingApart = {
  name: 'fuzzing-apart',
  setup(build) {
    build.onResolve({ filter: /^fast-check$/ }, () => ({ path: 'fast-check', namespace: 'fuzzing' }));
    build.onLoad({ filter: /.*/, namespace: 'fuzzing' }, () => ({
      contents: fromBundle('fuzzing.cjs', 'default'),
      loader: 'js',
    }));
  },
};

/** Libraries that only plugins need that are processes: gRPC, protobuf, certificates, CBOR. */
const REMOTE = ['@grpc/grpc-js', '@grpc/proto-loader', '@peculiar/x509', 'cbor2', 'protobufjs'];

/** For the services: the libraries of `REMOTE` come out of remote.cjs, each evaluated when it is asked for. */
export const remoteApart = {
  name: 'remote-apart',
  setup(build) {
    build.onResolve({ filter: /^(@grpc|@peculiar|cbor2|protobufjs)/ }, ({ path: name }) =>
      REMOTE.includes(name) ? { path: name, namespace: 'remote' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'remote' }, ({ path: name }) => ({
      contents: fromBundle('remote.cjs', `remote(${JSON.stringify(name)})`),
      loader: 'js',
    }));
  },
};

/** The entry of remote.cjs. */
export function remoteEntry() {
  const rows = REMOTE.map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)}),`);
  return `const table = {${rows.join('\n')}};\nexport const remote = (name) => table[name]();`;
}

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
        contents: fromBundle('services.cjs', `service(${JSON.stringify(name)})`),
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

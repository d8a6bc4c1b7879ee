import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContractIr } from '../../src/scaffold/bindings/ir.js';
import { parseContract } from '../../src/scaffold/bindings/parse.js';
import { fullSamples } from './samples.js';
import { missingToolchain, RustProject } from './toolchain.js';

const missing = missingToolchain();

function contract(): ContractIr {
  const read = (name: string) =>
    JSON.parse(readFileSync(path.join(import.meta.dirname, '../../schemas/hosts/cpex', name), 'utf8'));
  return parseContract({ contract: read('contract.json'), types: read('types.json') });
}

/** One Rust test for each type of the contract: what was read is written again, to the last digit. */
function roundTrips(samples: ReadonlyMap<string, string>): string {
  const tests = [...samples].map(
    ([type, text]) => `    round_trip::<${type}>(r###"${text}"###);\n    truncations::<${type}>(r###"${text}"###);`,
  );
  return `use crate::cpex::json::{parse, write};
use crate::cpex::prelude::*;

fn round_trip<T: Wire>(text: &str) {
    let value = parse(text.as_bytes()).unwrap();
    let typed = T::from_json(value.clone()).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let written = String::from_utf8(write(&typed.into_json())).unwrap();
    assert_eq!(written, String::from_utf8(write(&value)).unwrap());
}

/** Each member away or of another type: refused or taken, never a panic. */
fn truncations<T: Wire>(text: &str) {
    let Value::Object(whole) = parse(text.as_bytes()).unwrap() else {
        return;
    };
    for key in whole.keys() {
        let mut less = whole.clone();
        less.shift_remove(key);
        let _ = T::from_json(Value::Object(less));
        for other in [json!(null), json!(true), json!(1.5), json!("x"), json!([]), json!({})] {
            let mut changed = whole.clone();
            changed.insert(key.clone(), other);
            let _ = T::from_json(Value::Object(changed));
        }
    }
}

#[test]
fn every_type_survives() {
${tests.join('\n')}
}
`;
}

describe.skipIf(missing !== undefined)(`the Rust SDK${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: RustProject;
  beforeAll(() => {
    project = new RustProject('sdk-rust-unit');
  });
  afterAll(() => project.remove());

  it('passes its unit tests, round trips of every type included', () => {
    const samples = fullSamples(contract());
    expect(samples.size).toBeGreaterThan(40);
    project.addSdkTests(roundTrips(samples));
    const report = project.cargo('test', '--locked', 'sdk_tests');
    expect(report).toContain('test cpex::sdk_tests::round_trips::every_type_survives ... ok');
    expect(report).toMatch(/test result: ok. [3-9]\d passed; 0 failed/);
  });
});

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
function roundTrips(ir: ContractIr, samples: ReadonlyMap<string, string>): string {
  const tests = [...samples].map(
    ([type, text]) => `    round_trip::<${type}>(r###"${text}"###);\n    truncations::<${type}>(r###"${text}"###);`,
  );
  const bodies = [...ir.methods, ...ir.callbacks].flatMap(({ name, request, result }) => [
    `    in_messagepack::<${request}>(r###"${samples.get(request)}"###, *places::request("${name.wire}"));`,
    `    in_messagepack::<${result}>(r###"${samples.get(result)}"###, *places::result("${name.wire}"));`,
  ]);
  const payloads = ir.hooks.map(({ name, payload }) => {
    const text = `{"continue_processing":true,"modified_payload":${samples.get(payload)}}`;
    return `    in_messagepack::<HookInvokeResult>(r###"${text}"###, *places::hook_result("${name.wire}"));`;
  });
  return `use crate::cpex::codec::Place;
use crate::cpex::json::{parse, write};
use crate::cpex::prelude::*;
use crate::cpex::{msgpack, places};

fn round_trip<T: Wire>(text: &str) {
    let value = parse(text.as_bytes()).unwrap();
    let typed = T::from_json(value.clone()).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let written = String::from_utf8(write(&typed.into_json())).unwrap();
    assert_eq!(written, String::from_utf8(write(&value)).unwrap());
}

/// What MessagePack can say of a value is all of it, but for numbers beyond 64 bits.
fn in_messagepack<T: Wire>(text: &str, place: Place<'_>) {
    let value = parse(text.as_bytes()).unwrap();
    let body = msgpack::write(&value, place).unwrap();
    let read = msgpack::read(&body, place).unwrap();
    assert_eq!(msgpack::write(&read, place).unwrap(), body);
    let sizes = [&value, &read].map(|value| leaves(value, 0));
    assert_eq!(sizes[0], sizes[1]);
    let typed = T::from_json(read).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    assert_eq!(msgpack::write(&typed.into_json(), place).unwrap(), body);
    // Without its places it would be another body, unless it has none.
    let blind = msgpack::write(&value, Place::Plain).unwrap();
    assert_eq!(blind == body, msgpack::read(&body, Place::Plain).is_ok());
}

/// How many values there are, with the length of each text.
fn leaves(value: &Value, depth: usize) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| leaves(item, depth + 1)).sum(),
        Value::Object(map) => map.iter().map(|(key, item)| key.len() + leaves(item, depth + 1)).sum(),
        Value::String(text) => depth + text.len(),
        _ => depth,
    }
}

/// Each member away or of another type: refused or taken, never a panic.
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

#[test]
fn every_body_survives_in_messagepack() {
${[...bodies, ...payloads].join('\n')}
}
`;
}

describe.skipIf(missing !== undefined)(`the Rust SDK${missing === undefined ? '' : ` (${missing})`}`, () => {
  let project: RustProject;
  beforeAll(() => {
    project = new RustProject('sdk-rust-unit');
  });
  afterAll(() => project.remove());

  it('passes its unit tests, round trips of every type included', { timeout: 300_000 }, () => {
    const ir = contract();
    const samples = fullSamples(ir);
    expect(samples.size).toBeGreaterThan(40);
    project.addSdkTests(roundTrips(ir, samples));
    const report = project.cargo('test', '--locked', 'sdk_tests');
    expect(report).toContain('test cpex::sdk_tests::round_trips::every_type_survives ... ok');
    expect(report).toContain('test cpex::sdk_tests::round_trips::every_body_survives_in_messagepack ... ok');
    expect(report).toMatch(/test result: ok. [3-9]\d passed; 0 failed/);
  });
});

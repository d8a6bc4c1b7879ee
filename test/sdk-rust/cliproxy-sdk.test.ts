import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliproxyProject } from './cliproxy-project.js';
import { fullValue, goText, membersOf, STRUCTS } from './cliproxy-values.js';
import { missingToolchain, type RustProject } from './toolchain.js';

const missing = missingToolchain();

/** One Rust test over each type of the contract, against what Go's encoder writes. */
function roundTrips(): string {
  const calls = STRUCTS.flatMap((type) => [
    `    same::<${type}>(r###"${goText(type, fullValue(type))}"###);`,
    `    same::<${type}>(r###"${goText(type, {})}"###);`,
    `    zero::<${type}>(r###"${goText(type, {})}"###, &${JSON.stringify(membersOf(type))});`,
    `    odd::<${type}>(r###"${goText(type, fullValue(type))}"###);`,
  ]);
  return `use crate::cpex::json::{parse, write};
use crate::cpex::prelude::*;

fn read<T: Wire>(text: &str) -> T {
    let value = parse(text.as_bytes()).unwrap();
    T::from_json(value).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn written<T: Wire>(value: T) -> String {
    String::from_utf8(write(&value.into_json())).unwrap()
}

fn same<T: Wire>(text: &str) {
    assert_eq!(written(read::<T>(text)), text);
}

/** Nothing, null and each member null: the zero value, which is written as Go writes it. */
fn zero<T: Wire + Default + PartialEq + std::fmt::Debug>(text: &str, members: &[&str]) {
    assert_eq!(written(T::default()), text);
    let nulls: Vec<_> = members.iter().map(|name| format!("{name:?}:null")).collect();
    for body in ["{}", "null", r#"{"unheard of":[{}]}"#, &format!("{{{}}}", nulls.join(","))] {
        assert_eq!(read::<T>(body), T::default(), "{body}");
    }
}

/** Each member away or of another type: refused or taken, never a panic. */
fn odd<T: Wire>(text: &str) {
    let Value::Object(whole) = parse(text.as_bytes()).unwrap() else {
        panic!("{text}");
    };
    for key in whole.keys() {
        let mut less = whole.clone();
        less.shift_remove(key);
        assert!(T::from_json(Value::Object(less)).is_ok(), "{key} away");
        for other in [json!(true), json!(1.5), json!("x"), json!([1]), json!({"a": 1})] {
            let mut changed = whole.clone();
            changed.insert(key.clone(), other);
            let _ = T::from_json(Value::Object(changed));
        }
    }
}

#[test]
fn every_type_is_read_and_written_as_in_go() {
${calls.join('\n')}
}

#[test]
fn a_word_that_nobody_knows_is_kept() {
    let poll: AuthLoginPollResult = read(r#"{"Status":"later"}"#);
    assert_eq!(poll.status, LoginStatus::Other("later".into()));
    assert_eq!(poll.status.as_str(), "later");
    assert_eq!(LoginStatus::default().as_str(), "");
}
`;
}

describe.skipIf(missing !== undefined)(
  `the Rust SDK for cliproxy${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let project: RustProject;
    beforeAll(() => {
      project = cliproxyProject('sdk-rust-cliproxy', ['request_interceptor']);
    });
    afterAll(() => project.remove());

    it('passes its unit tests, round trips of every type included', { timeout: 300_000 }, () => {
      expect(STRUCTS.length).toBeGreaterThan(60);
      project.addSdkTests(roundTrips(), 'cliproxy-unit');
      const report = project.cargo('test', '--locked', 'sdk_tests');
      expect(report).toContain('test cpex::sdk_tests::round_trips::every_type_is_read_and_written_as_in_go ... ok');
      expect(report).toMatch(/test result: ok. [3-9]\d passed; 0 failed/);
    });
  },
);

use crate::cpex::json::{MAX_DEPTH, parse, write};

/// What comes out for this text.
fn rewritten(text: &str) -> String {
    String::from_utf8(write(&parse(text.as_bytes()).unwrap())).unwrap()
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[test]
fn keeps_order_numbers_and_text_as_they_are() {
    for text in [
        "null",
        "[]",
        "{}",
        r#"{"b":1,"a":{"d":[],"c":{}}}"#,
        r#"[0,-0,-1,9223372036854775808,18446744073709551616,-9223372036854775809]"#,
        r#"[0.10,1.0,0.1000000000000000055511151231257827,1e+400,2.5e-7]"#,
        r#"["ü","😀","\u0000","\"\\\b\f\n\r\t"]"#,
        r#"{"$serde_json::private::Number":"1","x":{"$serde_json::private::RawValue":"2"}}"#,
    ] {
        assert_eq!(rewritten(text), text);
    }
    assert_eq!(
        rewritten(" [ 1 ,\t{ \"a\" : \"\\u00fc\\ud83d\\ude00\" } ]\r\n"),
        r#"[1,{"a":"ü😀"}]"#
    );
    assert_eq!(rewritten(r#"[1E5,"\/"]"#), r#"[1e+5,"/"]"#);
}

#[test]
fn refuses_what_is_not_strict() {
    for text in [
        "",
        " ",
        "\u{feff}{}",
        "{} {}",
        "[1]]",
        "{}\0",
        "nul",
        "nulll",
        "True",
        "undefined",
        "NaN",
        "-Infinity",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1;2]",
        "[1}",
        "[",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{1:2}",
        "{'a':1}",
        "{,}",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "1-2",
        "--1",
        "0x1",
        "1_000",
        "\"",
        "\"\\\"",
        "\"a\nb\"",
        "\"\t\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\\ud800\"",
        "{\"\\ud800\":1}",
        "[1/**/]",
        "//\n1",
        "\u{a0}1",
        "\u{b}1",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn refuses_what_is_not_utf_8() {
    for bytes in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\x80",
    ] {
        let body = [b"[\"", bytes, b"\"]"].concat();
        assert!(parse(&body).is_err(), "{body:?} was accepted");
        assert!(parse(bytes).is_err());
    }
}

#[test]
fn refuses_duplicate_keys_at_every_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"[[{"x":{"a":1,"b":2,"a":3}}]]"#,
        r#"{"":1,"":1}"#,
        r#"{"$serde_json::private::Number":"1","$serde_json::private::Number":"1"}"#,
    ] {
        let problem = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(problem.contains("duplicate key"), "{text}: {problem}");
    }
    assert!(parse(br#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#).is_ok());
}

#[test]
fn counts_containers_up_to_the_limit() {
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    let problem = parse(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "nested deeper than 128 levels at byte 128"
    );
    let objects = |depth| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    assert!(parse(objects(MAX_DEPTH).as_bytes()).is_ok());
    assert!(parse(objects(MAX_DEPTH + 1).as_bytes()).is_err());
    assert!(parse("[".repeat(10_000_000).as_bytes()).is_err());
}

#[test]
fn names_the_place() {
    let problem = |text: &str| parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        problem("{\"a\":1 \"b\":2}"),
        "`,` or `}` is missing at byte 7"
    );
    assert_eq!(problem("{\"a\":1,\"a\":2}"), "duplicate key `a` at byte 7");
    assert_eq!(problem("[1] x"), "nothing may follow the value at byte 4");
    assert!(problem(&format!("{{\"{0}\":1,\"{0}\":2}}", "k".repeat(9000))).len() < 200);
}

/// serde_json lets duplicate keys pass and stops one level earlier; else both must agree.
#[test]
fn agrees_with_serde_json_on_mutated_bodies() {
    const BYTES: &[u8] = b"{}[]\",:0123456789.eE+-\\unlltrue \x00\xff";
    let seed =
        br#"{"a":[1,-2.5e3,"x\u00e9\n",null,true],"b":{"c":{},"d":[[]]},"e":"\ud83d\ude00 end"}"#;
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut body = seed.to_vec();
        for _ in 0..=random(3) {
            if body.is_empty() {
                break;
            }
            let at = random(body.len());
            match random(4) {
                0 => drop(body.remove(at)),
                1 => body[at] = BYTES[random(BYTES.len())],
                2 => body.insert(at, body[random(body.len())]),
                _ => body.truncate(at.max(1)),
            }
        }
        let ours = parse(&body);
        let theirs = serde_json::from_slice::<serde_json::Value>(&body);
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(ours, theirs);
                accepted += 1;
            }
            (Err(_), Err(_)) => {}
            (Err(problem), Ok(_)) if problem.to_string().contains("duplicate") => {}
            (ours, theirs) => panic!(
                "{}: {ours:?} but {theirs:?}",
                String::from_utf8_lossy(&body)
            ),
        }
    }
    assert!(accepted > 1000, "{accepted}");
}

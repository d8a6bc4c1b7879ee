use crate::cpex::codec::{Codec, Place};
use crate::cpex::json::parse;
use crate::cpex::msgpack::{read, write};
use crate::cpex::places;
use crate::cpex::prelude::*;
use crate::cpex::testing::TestHost;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let pair = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn json_text(body: &[u8], place: Place<'_>) -> Result<String, String> {
    match read(body, place) {
        Ok(value) => Ok(value.to_string()),
        Err(problem) => Err(problem.to_string()),
    }
}

/// The forms of the specification, the shortest one of each value.
const SHORTEST: &[(&str, &str)] = &[
    ("c0", "null"),
    ("c2", "false"),
    ("c3", "true"),
    ("00", "0"),
    ("7f", "127"),
    ("cc80", "128"),
    ("ccff", "255"),
    ("cd0100", "256"),
    ("cdffff", "65535"),
    ("ce00010000", "65536"),
    ("ceffffffff", "4294967295"),
    ("cf0000000100000000", "4294967296"),
    ("cf001fffffffffffff", "9007199254740991"),
    ("cf0020000000000001", "9007199254740993"),
    ("cf7fffffffffffffff", "9223372036854775807"),
    ("cfffffffffffffffff", "18446744073709551615"),
    ("ff", "-1"),
    ("e0", "-32"),
    ("d0df", "-33"),
    ("d080", "-128"),
    ("d1ff7f", "-129"),
    ("d18000", "-32768"),
    ("d2ffff7fff", "-32769"),
    ("d280000000", "-2147483648"),
    ("d3ffffffff7fffffff", "-2147483649"),
    ("d3ffdfffffffffffff", "-9007199254740993"),
    ("d38000000000000000", "-9223372036854775808"),
    ("cb3ff8000000000000", "1.5"),
    ("cb3ff0000000000000", "1.0"),
    ("cb7fefffffffffffff", "1.7976931348623157e+308"),
    ("a0", "\"\""),
    ("a3e282ac", "\"€\""),
    ("a100", "\"\\u0000\""),
    ("90", "[]"),
    ("92a16101", "[\"a\",1]"),
    ("80", "{}"),
    ("82a17ac0a16193010203", "{\"z\":null,\"a\":[1,2,3]}"),
];

#[test]
fn values_have_the_shortest_form_of_the_specification() {
    for (hex, text) in SHORTEST {
        let body = bytes(hex);
        let value = parse(text.as_bytes()).unwrap();
        assert_eq!(write(&value, Place::Plain).unwrap(), body, "{text}");
        let back = write(&read(&body, Place::Plain).unwrap(), Place::Plain);
        assert_eq!(back.unwrap(), body, "{hex}");
    }
    for (length, head) in [
        (31, "bf"),
        (32, "d920"),
        (255, "d9ff"),
        (256, "da0100"),
        (65_535, "daffff"),
        (65_536, "db00010000"),
    ] {
        let body = [bytes(head), vec![b'x'; length]].concat();
        let value = json!("x".repeat(length));
        assert_eq!(write(&value, Place::Plain).unwrap(), body);
        assert_eq!(read(&body, Place::Plain), Ok(value));
        let value = json!(vec![0; length]);
        let head = match length {
            31.. if length < 65_536 => [vec![0xdc], (length as u16).to_be_bytes().to_vec()],
            _ => [vec![0xdd], (length as u32).to_be_bytes().to_vec()],
        };
        let body = [head.concat(), vec![0; length]].concat();
        assert_eq!(write(&value, Place::Plain).unwrap(), body);
        assert_eq!(read(&body, Place::Plain), Ok(value));
    }
    let sixteen: Map = (10..26).map(|n| (n.to_string(), json!(n))).collect();
    let body = write(&Value::Object(sixteen), Place::Plain).unwrap();
    assert!(body.starts_with(&[0xde, 0, 16, 0xa2]));
    let long = "AAAA".repeat(30_000);
    for (text, hex) in [("", "c400"), ("AAH/", "c4030001ff"), (&long, "c600015f90")] {
        let body = write(&json!(text), Place::Bytes).unwrap();
        assert!(body.starts_with(&bytes(hex)));
        assert_eq!(read(&body, Place::Bytes), Ok(json!(text)));
    }
}

#[test]
fn longer_forms_and_single_floats_are_read() {
    for (hex, text) in [
        ("cc01", "1"),
        ("cd0001", "1"),
        ("ce00000001", "1"),
        ("cf0000000000000001", "1"),
        ("d001", "1"),
        ("d10001", "1"),
        ("d200000001", "1"),
        ("d30000000000000001", "1"),
        ("d3ffffffffffffffff", "-1"),
        ("ca3fc00000", "1.5"),
        ("ca3dcccccd", "0.10000000149011612"),
        ("cb8000000000000000", "-0.0"),
        ("d90161", "\"a\""),
        ("da000161", "\"a\""),
        ("db0000000161", "\"a\""),
        ("dc0000", "[]"),
        ("dd0000000101", "[1]"),
        ("de0000", "{}"),
        ("df00000001a16101", "{\"a\":1}"),
    ] {
        assert_eq!(json_text(&bytes(hex), Place::Plain).as_deref(), Ok(text));
    }
    for form in ["c401ff", "c50001ff", "c600000001ff"] {
        assert_eq!(read(&bytes(form), Place::Bytes), Ok(json!("/w==")));
    }
}

#[test]
fn a_float_is_an_integer_only_where_it_is_exactly_one() {
    for (hex, expected) in [
        ("cb3ff0000000000000", Some(1)),
        ("cb43e0000000000000", Some(1_u64 << 63)),
        ("cb43efffffffffffff", Some(u64::MAX - 2047)),
        ("cb4340000000000001", Some((1_u64 << 53) + 2)),
        ("ca5f000000", Some(1_u64 << 63)),
        ("cb8000000000000000", Some(0)),
        ("cb43f0000000000000", None),
        ("cb3ff8000000000000", None),
        ("cbbff0000000000000", None),
    ] {
        let body = bytes(hex);
        let value = read(&body, Place::Plain).unwrap();
        assert_eq!(u64::from_json(value.clone()).ok(), expected, "{hex}");
        if hex.starts_with("cb") {
            assert_eq!(write(&value, Place::Plain).unwrap(), body, "{hex}");
        }
    }
    let value = read(&bytes("cbc3e0000000000000"), Place::Plain).unwrap();
    assert_eq!(i64::from_json(value), Ok(i64::MIN));
}

#[test]
fn numbers_of_json_keep_their_value_or_are_refused() {
    for (text, hex) in [
        ("-0", "00"),
        ("1.0", "cb3ff0000000000000"),
        ("1e0", "cb3ff0000000000000"),
        ("18446744073709551616", "cb43f0000000000000"),
        ("-9223372036854775809", "cbc3e0000000000000"),
        ("0.1", "cb3fb999999999999a"),
    ] {
        let value = parse(text.as_bytes()).unwrap();
        assert_eq!(write(&value, Place::Plain).unwrap(), bytes(hex), "{text}");
    }
    let value = parse(br#"{"a":[{"b":1e400}]}"#).unwrap();
    let problem = write(&value, Place::Plain).unwrap_err();
    assert_eq!(problem.to_string(), "a[0].b: a number is too large");
}

#[test]
fn what_is_not_strict_is_refused_with_its_place() {
    let deep = |levels: usize| [vec![0x91; levels - 1], vec![0x90]].concat();
    assert!(read(&deep(128), Place::Plain).is_ok());
    let too_deep = deep(129);
    let cases: &[(&[u8], &str)] = &[
        (b"", "the body ends too early at byte 0"),
        (b"\x01\x02", "nothing may follow the value at byte 1"),
        (b"{}", "nothing may follow the value at byte 1"),
        (b"\xc1", "extension types are not allowed at byte 0"),
        (
            b"\x91\xd4\x01\x00",
            "extension types are not allowed at byte 1",
        ),
        (
            b"\xd6\xff\0\0\0\0",
            "extension types are not allowed at byte 0",
        ),
        (b"\xc7\x00\x01", "extension types are not allowed at byte 0"),
        (b"\xc4\x01a", "no bytes belong here at byte 0"),
        (b"\x81\xc4\x01a\x01", "a key is not text at byte 1"),
        (b"\x81\x01\x01", "a key is not text at byte 1"),
        (b"\x82\xa1a\x01\xd9\x01a\x02", "duplicate key `a` at byte 4"),
        (b"\xa1\xff", "a text is not strict UTF-8 at byte 1"),
        (b"\xa3\xed\xa0\x80", "a text is not strict UTF-8 at byte 1"),
        (b"\xa2\xc0\x80", "a text is not strict UTF-8 at byte 1"),
        (b"\xca\x7f\xc0\0\0", "a number is not finite at byte 0"),
        (
            b"\xcb\xff\xf0\0\0\0\0\0\0",
            "a number is not finite at byte 0",
        ),
        (
            b"\xdd\xff\xff\xff\xff\x01",
            "the body ends too early at byte 5",
        ),
        (
            b"\xdf\0\0\0\x02\xa0\x01\xa0",
            "the body ends too early at byte 5",
        ),
        (
            b"\xdb\xff\xff\xff\xffa",
            "the body ends too early at byte 5",
        ),
        (&too_deep, "nested deeper than 128 levels at byte 128"),
    ];
    for (body, problem) in cases {
        assert_eq!(json_text(body, Place::Plain), Err((*problem).to_owned()));
    }
    let problem = json_text(b"\xa4AAH/", Place::Bytes).unwrap_err();
    assert_eq!(problem, "bytes are missing at byte 0");
    let problem = write(&json!("A"), Place::Bytes).unwrap_err();
    assert_eq!(problem.to_string(), "expected base64 with padding");
}

#[test]
fn the_kind_of_an_object_may_come_after_what_it_decides() {
    let part = br#"{"content_type":"resource","content":{"resource_request_id":"r","uri":"u","resource_type":"blob","blob":"AAH/"}}"#;
    let message = json!({"message": {
        "schema_version": "2.0",
        "role": "user",
        "content": [{"content_type": "later", "content": {"blob": "AAH/"}}, parse(part).unwrap()],
    }});
    let request = |front: bool| {
        let mut request = json!({
            "hook": "cmf.llm_input",
            "payload": message,
            "extensions": {},
            "context": {"request_id": "r", "local_state": {}, "global_state": {}},
        });
        if !front {
            let map = request.as_object_mut().unwrap();
            let hook = map.shift_remove("hook").unwrap();
            map.insert("hook".into(), hook);
            let part = &mut map["payload"]["message"]["content"][1];
            let kind = part.as_object_mut().unwrap().shift_remove("content_type");
            part["content_type"] = kind.unwrap();
        }
        request
    };
    for front in [true, false] {
        let value = request(front);
        let body = write(&value, *places::request("hook.invoke")).unwrap();
        let count = |needle: &[u8]| body.windows(needle.len()).filter(|w| *w == needle).count();
        // Bytes in the part that is known, text in the one that is not.
        assert_eq!((count(b"\xc4\x03\0\x01\xff"), count(b"\xa4AAH/")), (1, 1));
        assert_eq!(read(&body, *places::request("hook.invoke")), Ok(value));
        let problem = read(&body, Place::Plain).unwrap_err().to_string();
        assert!(problem.starts_with("no bytes belong here"), "{problem}");
    }
}

#[test]
fn registration_takes_the_first_codec_on_offer_that_is_known() {
    for (offer, chosen) in [
        (None, None),
        (Some(json!([])), None),
        (Some(json!(["cbor"])), None),
        (Some(json!(["cbor", "msgpack", "json"])), Some("msgpack")),
        (Some(json!(["json", "msgpack"])), Some("json")),
    ] {
        let mut plugin = Plugin::new();
        plugin.on(|call: HookCall<Elicit>| {
            call.host.info("seen")?;
            Ok(Verdict::allow())
        });
        let host = TestHost::unregistered(plugin);
        let mut request = json!({
            "host": {"name": "h", "version": "1.0.0", "features": []},
            "schema_version": 1,
            "config": {},
            "limits": {"max_request_bytes": 1, "max_response_bytes": 10_000},
        });
        if let Some(offer) = offer {
            request["codecs"] = offer;
        }
        let result = host.call("plugin.register", request.clone()).unwrap();
        assert_eq!(result.get("codec").and_then(Value::as_str), chosen);
        assert!(host.hook::<Elicit>(json!({})).is_ok());
        // A registration that fails changes nothing, one that succeeds chooses anew.
        let wrong = json!({"codecs": ["msgpack"]});
        assert!(host.call("plugin.register", wrong).is_err());
        assert!(host.hook::<Elicit>(json!({})).is_ok());
        request["codecs"] = json!(["msgpack"]);
        host.call("plugin.register", request.clone()).unwrap();
        assert!(host.hook::<Elicit>(json!({})).is_ok());
        let error = host.call_bytes("hook.invoke", b"{}").unwrap_err();
        assert_eq!(error.code(), "invalid_request");
        assert!(error.text().contains("not strict MessagePack"), "{error}");
        assert_eq!(
            host.call_bytes("x", b"").unwrap_err().code(),
            "unknown_method"
        );
        request.as_object_mut().unwrap().shift_remove("codecs");
        host.call("plugin.register", request).unwrap();
        let error = host.call_bytes("hook.invoke", b"\x80").unwrap_err();
        assert!(error.text().contains("not strict JSON"), "{error}");
        assert_eq!(host.logs(), ["seen", "seen", "seen"]);
    }
}

#[test]
fn a_plugin_does_the_same_in_both_codecs() {
    for codec in Codec::ALL {
        let mut plugin = Plugin::new();
        plugin.on(|call: HookCall<CmfLlmInput>| {
            call.host.kv_set(KvScope::Plugin, "k", [0, 255])?;
            let value = call.host.kv_get(KvScope::Plugin, "k")?;
            assert_eq!(value, Some(vec![0, 255]));
            let mut payload = call.payload;
            for part in &mut payload.message.content {
                if let ContentPart::Resource(part) = part {
                    part.content.blob.get_or_insert_default().push(7);
                }
            }
            Ok(Verdict::modify(payload))
        });
        plugin.on(
            |call: HookCall<ToolPreInvoke>| match call.payload.name.as_str() {
                "panic" => panic!("on purpose"),
                // What has no form in MessagePack is an error of that call.
                _ => Ok(Verdict::modify(parse(b"1e999").unwrap())),
            },
        );
        let host = TestHost::start_in(codec, plugin, json!({}));
        let content = json!([
            {"content_type": "resource", "content": {
                "resource_request_id": "r", "uri": "u", "resource_type": "blob", "blob": "/w=="}},
            {"content_type": "later", "n": u64::MAX, "f": 1.0, "nil": null},
        ]);
        let message = |content: &Value| json!({"message": {"schema_version": "2.0", "role": "user", "content": content}});
        let result = host.hook::<CmfLlmInput>(message(&content)).unwrap();
        let mut expected = content;
        expected[0]["content"]["blob"] = json!("/wc=");
        assert_eq!(result.modified_payload, Some(message(&expected)));
        let call = |name: &str| {
            let outcome = host.hook::<ToolPreInvoke>(json!({"name": name, "args": {}}));
            outcome.map_err(|error| error.code().to_owned())
        };
        assert_eq!(call("panic"), Err("plugin_panic".into()));
        assert_eq!(call("huge").is_ok(), codec == Codec::Json);
        assert_eq!(
            host.call("later", json!({})).unwrap_err().code(),
            "unknown_method"
        );
    }
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.roll(if depth == 0 { 7 } else { 10 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!(self.0 >> self.roll(64)),
            3 => json!((self.0 as i64) >> self.roll(64)),
            4 => json!(f64::from_bits(self.0)),
            5 => json!((self.0 >> 40) as f64 / 8.0),
            6 => json!("aé😀\0".repeat(self.roll(20) as usize)),
            7 | 8 => (0..self.roll(20)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let members = (0..self.roll(20)).map(|n| (format!("k{n}"), self.value(depth - 1)));
                Value::Object(members.collect())
            }
        }
    }
}

#[test]
fn random_values_survive_and_broken_bodies_never_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..500 {
        let value = dice.value(4);
        let body = write(&value, Place::Plain).unwrap();
        let again = write(&read(&body, Place::Plain).unwrap(), Place::Plain);
        assert_eq!(again.as_ref(), Ok(&body));
        if body.len() < 400 {
            for end in 0..body.len() {
                assert!(read(&body[..end], Place::Plain).is_err());
            }
        }
        let mut broken = body;
        let at = dice.roll(broken.len() as u64) as usize;
        broken[at] = dice.roll(256) as u8;
        if let Ok(other) = read(&broken, Place::Plain) {
            let again = write(&other, Place::Plain).unwrap();
            assert_eq!(read(&again, Place::Plain), Ok(other));
        }
        let _ = read(&broken, *places::request("hook.invoke"));
    }
}

/// What a request has to hold; members that are not named may be there as well.
#[allow(dead_code)]
enum Shape {
    Any,
    Text,
    Texts,
    /// At most this.
    Whole(u64),
    Object(&'static [(&'static str, Shape)]),
}

/// How many containers may lie in one another.
const DEEPEST: usize = 128;

struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

/// Whether a body is JSON as docs/abi.md section 7 allows it, and has this shape.
fn is_request(body: &[u8], shape: &Shape) -> bool {
    let mut reader = Reader { rest: body, depth: 0 };
    reader.value(shape).is_some() && reader.space().is_some() && reader.rest.is_empty()
}

/// `None` stands for a breach.
impl Reader<'_> {
    fn space(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
        Some(self.rest.first().copied().unwrap_or(0))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, wanted: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    fn value(&mut self, shape: &Shape) -> Option<()> {
        let any = matches!(shape, Shape::Any);
        match self.space()? {
            b'{' if any => self.inside(|reader| reader.object(&[])),
            b'{' => match shape {
                Shape::Object(members) => self.inside(|reader| reader.object(members)),
                _ => None,
            },
            b'[' if any => self.inside(|reader| reader.array(&Shape::Any)),
            b'[' if matches!(shape, Shape::Texts) => self.inside(|reader| reader.array(&Shape::Text)),
            b'"' if any || matches!(shape, Shape::Text) => self.text().map(drop),
            b't' if any => self.take(b"true"),
            b'f' if any => self.take(b"false"),
            b'n' if any => self.take(b"null"),
            b'-' | b'0'..=b'9' => match shape {
                Shape::Any => self.number().map(drop),
                Shape::Whole(most) => {
                    let text = self.number()?;
                    let whole = text.parse::<u64>().is_ok_and(|number| number <= *most);
                    let number = text.parse::<f64>().ok()?;
                    (whole || (number.fract() == 0.0 && (0.0..*most as f64).contains(&number))).then_some(())
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.byte()?;
        read(self)?;
        self.depth -= 1;
        Some(())
    }

    fn object(&mut self, members: &[(&str, Shape)]) -> Option<()> {
        let mut keys = std::collections::HashSet::new();
        if self.space()? != b'}' {
            loop {
                self.space()?;
                let key = self.text()?;
                self.space()?;
                self.take(b":")?;
                let shape = members.iter().find(|(name, _)| *name == key).map_or(&Shape::Any, |(_, shape)| shape);
                self.value(shape)?;
                if !keys.insert(key) {
                    return None;
                }
                if self.space()? != b',' {
                    break;
                }
                self.byte()?;
            }
        }
        self.take(b"}")?;
        members.iter().all(|(name, _)| keys.contains(*name)).then_some(())
    }

    fn array(&mut self, items: &Shape) -> Option<()> {
        if self.space()? != b']' {
            loop {
                self.value(items)?;
                if self.space()? != b',' {
                    break;
                }
                self.byte()?;
            }
        }
        self.take(b"]")
    }

    fn text(&mut self) -> Option<String> {
        self.take(b"\"")?;
        let mut bytes = Vec::new();
        loop {
            match self.byte()? {
                b'"' => return String::from_utf8(bytes).ok(),
                0..0x20 => return None,
                b'\\' => {
                    let one = self.escape()?;
                    bytes.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes());
                }
                plain => bytes.push(plain),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let named = match self.byte()? {
            b'u' => return self.unicode(),
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            itself @ (b'"' | b'\\' | b'/') => itself,
            _ => return None,
        };
        Some(named as char)
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        self.take(b"\\u")?;
        let low = self.hex()?;
        if !(0xdc00..0xe000).contains(&low) {
            return None;
        }
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
    }

    fn hex(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |value, _| Some(value * 16 + (self.byte()? as char).to_digit(16)?))
    }

    fn number(&mut self) -> Option<String> {
        let from = self.rest;
        self.take(b"-").unwrap_or(());
        if self.take(b"0").is_none() {
            self.digits()?;
        }
        if self.take(b".").is_some() {
            self.digits()?;
        }
        if matches!(self.rest.first(), Some(b'e' | b'E')) {
            self.byte()?;
            if matches!(self.rest.first(), Some(b'+' | b'-')) {
                self.byte()?;
            }
            self.digits()?;
        }
        String::from_utf8(from[..from.len() - self.rest.len()].to_vec()).ok()
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = &self.rest[count..];
        (count > 0).then_some(())
    }
}

//! Finds personal data in text. All of it is ASCII, so bytes will do.

use std::ops::Range;

use serde::Deserialize;

/// What can be found; at one place, the first of these that fits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Email,
    Ssn,
    Card,
    Phone,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Email, Self::Ssn, Self::Card, Self::Phone];

    /// The word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Ssn => "ssn",
            Self::Card => "card",
            Self::Phone => "phone",
        }
    }
}

/// All finds of a text from left to right; none overlaps another.
pub struct Scanner<'a> {
    text: &'a [u8],
    kinds: &'a [Kind],
    at: usize,
    /// No email address begins before this place: what would be its name leads to none.
    no_email_before: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str, kinds: &'a [Kind]) -> Self {
        Self {
            text: text.as_bytes(),
            kinds,
            at: 0,
            no_email_before: 0,
        }
    }

    /// Where the find of this kind ends that begins here.
    fn end_of(&mut self, kind: Kind) -> Option<usize> {
        let digit_before = self.at > 0 && self.text[self.at - 1].is_ascii_digit();
        match kind {
            Kind::Email => self.email(),
            _ if digit_before => None,
            Kind::Ssn => self.ssn(),
            Kind::Card => self.card(),
            Kind::Phone => self.phone(),
        }
    }

    /// `name@label.label.tld`, where the last part begins with two letters or more.
    fn email(&mut self) -> Option<usize> {
        if self.at < self.no_email_before {
            return None;
        }
        let name_end = self.run(self.at, |byte| {
            byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte)
        });
        if name_end == self.at {
            return None;
        }
        let end = self.domain(name_end);
        if end.is_none() {
            self.no_email_before = name_end;
        }
        end
    }

    /// The end of the longest domain behind the `@` that has to stand here.
    fn domain(&self, at: usize) -> Option<usize> {
        if self.text.get(at) != Some(&b'@') {
            return None;
        }
        let label_end = |from| self.run(from, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let mut label = at + 1;
        let mut end = label_end(label);
        let mut domain_end = None;
        while end > label && self.text.get(end) == Some(&b'.') {
            label = end + 1;
            let letters_end = self.run(label, |byte| byte.is_ascii_alphabetic());
            if letters_end >= label + 2 {
                domain_end = Some(letters_end);
            }
            end = label_end(label);
        }
        domain_end
    }

    /// `ddd-dd-dddd`
    fn ssn(&self) -> Option<usize> {
        let end = self.at + 11;
        let matches = self
            .text
            .get(self.at..end)?
            .iter()
            .enumerate()
            .all(|(index, byte)| match index {
                3 | 6 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        (matches && !self.digit_at(end)).then_some(end)
    }

    /// 13 to 19 digits, the longest run of them whose last one is right.
    fn card(&self) -> Option<usize> {
        let ends = self.digits(self.at, 19, b" -");
        let digits: Vec<u8> = ends.iter().map(|&end| self.text[end - 1] - b'0').collect();
        (13..=ends.len())
            .rev()
            .find(|&count| !self.digit_at(ends[count - 1]) && luhn(&digits[..count]))
            .map(|count| ends[count - 1])
    }

    /// A plus and 8 to 15 digits.
    fn phone(&self) -> Option<usize> {
        if self.text[self.at] != b'+' {
            return None;
        }
        let ends = self.digits(self.at + 1, 15, b" -.");
        let long_enough = ends.get(7..)?;
        let whole = |end: &&usize| !self.digit_at(**end);
        long_enough.iter().rev().find(whole).copied()
    }

    /// Where each of the digits ends that stand here, with at most one separator between two.
    fn digits(&self, mut at: usize, most: usize, separators: &[u8]) -> Vec<usize> {
        let mut ends = Vec::new();
        while ends.len() < most && self.digit_at(at) {
            at += 1;
            ends.push(at);
            let separated = self
                .text
                .get(at)
                .is_some_and(|byte| separators.contains(byte));
            at += usize::from(separated && self.digit_at(at + 1));
        }
        ends
    }

    fn digit_at(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// Where the run of such bytes ends that begins here.
    fn run(&self, from: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let length = self.text[from..].iter().take_while(|&&byte| belongs(byte));
        from + length.count()
    }
}

impl Iterator for Scanner<'_> {
    type Item = (Kind, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.text.len() {
            let start = self.at;
            for kind in Kind::ALL
                .into_iter()
                .filter(|kind| self.kinds.contains(kind))
            {
                if let Some(end) = self.end_of(kind) {
                    self.at = end;
                    return Some((kind, start..end));
                }
            }
            self.at += 1;
        }
        None
    }
}

/// Whether the last digit is the check digit of the others.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &digit)| match u32::from(digit) {
            digit if index % 2 == 0 => digit,
            digit if digit > 4 => 2 * digit - 9,
            digit => 2 * digit,
        })
        .sum();
    sum % 10 == 0
}

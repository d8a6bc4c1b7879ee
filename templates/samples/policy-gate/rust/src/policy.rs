//! Rules: what they say, and which one decides.

use std::borrow::Cow;

use serde::Deserialize;

use crate::cpex::prelude::Extensions;

/// The configuration of this plugin.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What becomes of a call that no rule matches.
    default: Effect,
    /// Looked at in this order; the first that matches decides.
    rules: Vec<Rule>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Effect {
    #[default]
    Allow,
    Deny,
}

/// Matches when all that it names holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    effect: Effect,
    /// Name of the tool; `*` is any run of characters.
    tool: Option<String>,
    /// URI of the resource; `*` is any run of characters.
    resource: Option<String>,
    /// A role of the subject.
    role: Option<String>,
    /// A security label of the request.
    label: Option<String>,
    /// What the denied caller is told.
    reason: Option<String>,
}

/// What the caller wants.
#[derive(Clone, Copy)]
pub enum Asked<'a> {
    /// A tool of this name.
    Tool(&'a str),
    /// The resource at this URI.
    Resource(&'a str),
}

/// Why a call is denied.
pub struct Denial<'a> {
    pub asked: Asked<'a>,
    /// Number of the rule, from 1; absent when none matched.
    pub rule: Option<usize>,
    pub reason: Cow<'a, str>,
}

impl Policy {
    /// Why the call is denied; nothing when it is allowed. What the plugin may not see does not hold.
    pub fn denial<'a>(&'a self, asked: Asked<'a>, seen: &Extensions) -> Option<Denial<'a>> {
        let mut rules = self.rules.iter().zip(1..);
        let (effect, rule, reason) = match rules.find(|(rule, _)| rule.matches(asked, seen)) {
            Some((rule, number)) => {
                let reason = match rule.reason.as_deref() {
                    Some(reason) if !reason.is_empty() => Cow::Borrowed(reason),
                    _ => format!("denied by rule {number}").into(),
                };
                (rule.effect, Some(number), reason)
            }
            None => (self.default, None, "denied by default".into()),
        };
        (effect == Effect::Deny).then_some(Denial {
            asked,
            rule,
            reason,
        })
    }
}

impl Rule {
    fn matches(&self, asked: Asked<'_>, seen: &Extensions) -> bool {
        let (tool, resource) = match asked {
            Asked::Tool(name) => (Some(name), None),
            Asked::Resource(uri) => (None, Some(uri)),
        };
        let security = seen.security.as_ref();
        let roles = security.and_then(|security| security.subject.as_ref()?.roles.as_deref());
        let labels = security.and_then(|security| security.labels.as_deref());
        fits(self.tool.as_deref(), tool)
            && fits(self.resource.as_deref(), resource)
            && is_among(self.role.as_ref(), roles)
            && is_among(self.label.as_ref(), labels)
    }
}

/// A rule that names no pattern does not ask for one.
fn fits(pattern: Option<&str>, text: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| text.is_some_and(|text| glob(pattern, text)))
}

fn is_among(word: Option<&String>, words: Option<&[String]>) -> bool {
    word.is_none_or(|word| words.unwrap_or_default().contains(word))
}

/// Whether the whole text fits the pattern, in which `*` is any run of characters.
pub fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let tail = pieces.pop().unwrap_or_default();
    // Whatever stands earliest leaves the most for the pieces behind it.
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(tail)
}

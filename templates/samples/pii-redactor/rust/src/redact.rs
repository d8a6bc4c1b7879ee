//! Replaces what was found: in any JSON value, and in the parts of a message.

use serde::Deserialize;

use crate::cpex::prelude::*;
use crate::find::{Kind, Scanner};

/// The configuration of this plugin.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What to look for.
    pub kinds: Vec<Kind>,
    /// What stands in place of a find; `{kind}` in it becomes the kind in capitals.
    pub replacement: String,
    /// Security label to add when something was redacted.
    pub label: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            replacement: "[{kind}]".to_owned(),
            label: None,
        }
    }
}

/// Goes through one payload and counts what it replaces.
pub struct Redactor<'a> {
    settings: &'a Settings,
    counts: [u64; Kind::ALL.len()],
}

impl<'a> Redactor<'a> {
    pub fn new(settings: &'a Settings) -> Self {
        let counts = Default::default();
        Self { settings, counts }
    }

    /// How many of each kind were replaced; kinds without any are left out.
    pub fn found(&self) -> Map {
        let counts = Kind::ALL.iter().zip(self.counts);
        counts
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| (kind.as_str().to_owned(), json!(count)))
            .collect()
    }

    /// All texts of a message's parts. Parts of other kinds, and of unknown ones, stay as they are.
    pub fn message(&mut self, message: &mut Message) {
        for part in &mut message.content {
            match part {
                ContentPart::Text(part) => self.text(&mut part.text),
                ContentPart::Thinking(part) => self.text(&mut part.text),
                ContentPart::ToolCall(part) => self.members(&mut part.content.arguments),
                ContentPart::ToolResult(part) => self.value(&mut part.content.content),
                ContentPart::Resource(part) => self.some_text(&mut part.content.content),
                ContentPart::PromptResult(part) => {
                    self.some_text(&mut part.content.content);
                    for message in &mut part.content.messages {
                        self.message(message);
                    }
                }
                _ => {}
            }
        }
    }

    /// All texts of a value. Names of fields stay as they are.
    pub fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => self.members(map),
            _ => {}
        }
    }

    /// All texts below the members of an object.
    pub fn members(&mut self, map: &mut Map) {
        map.values_mut().for_each(|member| self.value(member));
    }

    fn some_text(&mut self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn text(&mut self, text: &mut String) {
        let mut redacted = String::new();
        let mut copied = 0;
        for (kind, place) in Scanner::new(text, &self.settings.kinds) {
            let name = kind.as_str().to_uppercase();
            redacted.push_str(&text[copied..place.start]);
            redacted.push_str(&self.settings.replacement.replace("{kind}", &name));
            copied = place.end;
            self.counts[kind as usize] += 1;
        }
        if copied > 0 {
            redacted.push_str(&text[copied..]);
            *text = redacted;
        }
    }
}

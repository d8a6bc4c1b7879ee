//! Numbers in the host's store that go up by one, also when many calls ask at once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cpex::prelude::*;

/// The numbers that calls are working on.
///
/// The host may call this plugin again before it answers, so no lock is held while it is asked:
/// the first call reads, the later ones go on from what it knows, and one of them stores.
#[derive(Default)]
pub struct Tally(Mutex<HashMap<String, Live>>);

/// A number while any call works on it.
#[derive(Default)]
struct Live {
    calls: usize,
    /// Absent until one of the calls has read it.
    last: Option<u64>,
    stored: Option<u64>,
    storing: bool,
}

impl Tally {
    /// Adds one to the number below `key` and stores it; `none` is what goes for no number.
    pub fn next(&self, host: &Host, key: &str, none: u64) -> Result<u64> {
        self.lock().entry(key.to_owned()).or_default().calls += 1;
        let number = self.raise(host, key, none);
        let mut numbers = self.lock();
        if let Some(live) = numbers.get_mut(key) {
            live.calls -= 1;
            if live.calls == 0 {
                numbers.remove(key);
            }
        }
        number
    }

    fn raise(&self, host: &Host, key: &str, none: u64) -> Result<u64> {
        let known = self.with(key, |live| live.last);
        let read = match known {
            Some(number) => number,
            None => read(host, key)?.unwrap_or(none),
        };
        let number = self.with(key, |live| {
            let number = live.last.unwrap_or(read).saturating_add(1);
            live.last = Some(number);
            number
        });
        self.store(host, key)?;
        Ok(number)
    }

    /// Stores the number until nobody has raised it meanwhile. Does nothing where another call
    /// is at it: that one will see what has changed.
    fn store(&self, host: &Host, key: &str) -> Result<()> {
        let mut storing = false;
        while let Some(number) = self.with(key, |live| live.due(storing)) {
            storing = true;
            if let Err(error) = host.kv_set(KvScope::Plugin, key, number.to_string()) {
                self.with(key, |live| live.storing = false);
                return Err(error);
            }
            self.with(key, |live| live.stored = Some(number));
        }
        Ok(())
    }

    fn with<T>(&self, key: &str, work: impl FnOnce(&mut Live) -> T) -> T {
        work(self.lock().entry(key.to_owned()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Live>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// What the asking call has to store next; `mine` when it is the one that stores.
    fn due(&mut self, mine: bool) -> Option<u64> {
        if self.storing && !mine {
            return None;
        }
        let behind = self.last.filter(|_| self.last != self.stored);
        self.storing = behind.is_some();
        behind
    }
}

/// The number that the store has below `key`.
pub fn read(host: &Host, key: &str) -> Result<Option<u64>> {
    let Some(bytes) = host.kv_get(KvScope::Plugin, key)? else {
        return Ok(None);
    };
    let number = String::from_utf8(bytes)
        .ok()
        .and_then(|text| text.parse().ok());
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Error::message(format!(
            "what is stored as `{key}` is no number"
        ))),
    }
}

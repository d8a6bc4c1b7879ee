// cpex:if store
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tonic::Status;

/// Messages by their keys.
pub struct Table<T>(Mutex<BTreeMap<String, T>>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Table<T> {
    pub fn create(&self, key: &str, message: T) -> Result<(), Status> {
        if key.is_empty() {
            return Err(Status::invalid_argument("the key is empty"));
        }
        let mut rows = self.rows();
        if rows.contains_key(key) {
            return Err(Status::already_exists(format!(
                "\"{key}\" is there already"
            )));
        }
        rows.insert(key.into(), message);
        Ok(())
    }

    pub fn get(&self, key: &str) -> Result<T, Status> {
        self.rows().get(key).cloned().ok_or_else(|| not_found(key))
    }

    /// All messages, sorted by their keys.
    pub fn list(&self) -> Vec<T> {
        self.rows().values().cloned().collect()
    }

    pub fn update(&self, key: &str, message: T) -> Result<(), Status> {
        match self.rows().get_mut(key) {
            Some(row) => *row = message,
            None => return Err(not_found(key)),
        }
        Ok(())
    }

    pub fn remove(&self, key: &str) -> Result<(), Status> {
        let removed = self.rows().remove(key);
        removed.map(drop).ok_or_else(|| not_found(key))
    }

    /// Puts a message in the place of the one that is there, unless that one is to stay.
    pub fn put_unless(&self, key: &str, message: T, stays: impl FnOnce(&T) -> bool) {
        let mut rows = self.rows();
        if !rows.get(key).is_some_and(stays) {
            rows.insert(key.into(), message);
        }
    }

    /// No call leaves the rows half changed, so those of one that panicked are good.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(key: &str) -> Status {
    Status::not_found(format!("there is no \"{key}\""))
}

// cpex:end

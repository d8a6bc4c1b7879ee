//! Tests of the SDK from within. Copied into a project by test/sdk-rust; not shipped.

mod builds;
mod document;
mod host;
mod json;
mod msgpack;
mod round_trips;
mod runtime;
mod threads;
mod values;

//! The `seal` program as a person or a job meets it: exit codes, both streams, files.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot be set up has failed"
)]

mod bad_input;
mod bad_keys;
mod certificate;
mod describe;
mod files;
mod in_process;
mod keygen;
mod raw;
mod reference;
mod round_trip;
mod seal;
mod support;
mod tls_server;
mod unseal;

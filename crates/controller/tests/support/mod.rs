//! What the tests share: a service on a port of its own, a client that sends bytes, and SealedSecrets.

#![allow(dead_code, unused_imports, reason = "every file of tests uses a part of it")]

mod client;
mod sealed;
mod service;

pub(crate) use client::{Answer, get, open, post, request, send};
pub(crate) use sealed::{CANARY, Sealed, certificate, ring};
pub(crate) use service::{Running, key_set};

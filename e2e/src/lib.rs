//! Sealkit's built binaries against the real peers.

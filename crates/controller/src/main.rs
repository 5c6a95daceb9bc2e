//! The `seal-controller` program: the decryption service.

fn main() {}

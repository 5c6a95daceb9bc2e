//! Kubernetes Secret and SealedSecret documents, as text and as types.

pub mod yaml;

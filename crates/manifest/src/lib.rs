//! Kubernetes Secret and SealedSecret documents, as text and as types.

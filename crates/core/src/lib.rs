//! Seal and unseal bytes for a Kubernetes cluster's sealing key.

//! Benches of Sealkit, and its comparison with kubeseal.

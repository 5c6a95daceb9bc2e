//! Development only: fixtures, vectors and temporary places for Sealkit's tests.

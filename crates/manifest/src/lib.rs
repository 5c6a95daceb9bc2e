//! Kubernetes Secret and SealedSecret documents, as text and as types.
//!
//! A SealedSecret is [`open`]ed, its [`Templates`] are parsed, and of both a Secret is rendered. The operations on streams
//! of documents, [`seal`] and [`unseal`], are made of these pieces; text goes in at one end and out at the other.
//!
//! # What a service may use
//!
//! [`open`] tells nothing but which value did not open, and renders no template. [`diagnose`] and [`unseal`] tell the cause:
//! they are for whoever holds the private keys. To render takes [`Templates`] and a [`RenderContext`]:
//! a function without them cannot.
//!
//! This crate knows no files, no network, no environment and no clock: callers pass texts, randomness and times in. The
//! bytes of a sealed value are the business of `sealkit-core`, YAML and JSON that of `kubeyaml`.

pub mod annotations;
mod ciphertext;
mod cluster_rules;
mod diagnose;
mod documents;
mod error;
mod fields;
mod in_place;
mod items;
pub mod key_secret;
mod known;
mod metadata;
mod neighbours;
mod open;
mod output;
mod parallel;
mod plaintext;
mod re_encrypt;
mod renamed;
mod render;
mod resource;
mod seal;
mod sealed_secret;
mod secret;
mod stream;
mod template_metadata;
mod unseal;
mod warning;

pub use ciphertext::Ciphertext;
pub use diagnose::{Binding, Cause, diagnose};
pub use documents::{Document, Documents, Located, Others};
pub use error::{
    Base64Flaw, Error, Errors, Expected, Field, Foreign, KeySecretError, KeySecretErrorKind,
    KeySecretErrors, ReadError, ReadErrorKind, ReadErrors, SealError, SealErrorKind, SealErrors,
    UnsealError, UnsealErrorKind, UnsealErrors,
};
pub use gotemplate::{ParseLimits, RenderContext, RenderLimits};
pub use in_place::{InPlaceError, SealedInPlace, seal_in_place};
pub use items::{ItemChange, ItemError, ObjectChanges, ObjectPlace, change_items, sealed_secrets};
pub use known::KnownValues;
pub use kubeyaml::Format;
pub use metadata::Metadata;
pub use neighbours::Neighbour;
pub use open::{Attempt, OpenError, OpenedValues, attempt, open};
pub use re_encrypt::re_encrypt;
pub use render::{RenderError, TemplateError, TemplateErrorKind, Templates};
pub use resource::Resource;
pub use seal::{LookUp, LookUpError, NamespaceRule, SealRules, seal, seal_secret};
pub use sealed_secret::{Item, SealedSecret, SealedSecretParts, SecretTemplate};
pub use secret::Secret;
pub use stream::{Output, Stream};
pub use unseal::{MakeContext, UnsealRules, unseal, unseal_item};
pub use warning::{Warning, WarningKind};

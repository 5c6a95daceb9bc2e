//! Values as a Go template sees them: typed, with lists and dicts that are references.

use std::borrow::Borrow;
use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::go::semver::Version;
use crate::go::time::Time;

/// A Go string: bytes that need not be UTF-8. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Str(Arc<[u8]>);

impl Deref for Str {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Str {
    fn default() -> Self {
        Self(Arc::from(&[][..]))
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(Arc::from(text.as_bytes()))
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::from(bytes))
    }
}

/// The length only: the text may be a value of the data.
impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Str({} bytes)", self.0.len())
    }
}

/// Go's signed integer types that templates meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntType {
    Int,
    Int64,
    Duration,
    Month,
    Weekday,
}

/// Go's unsigned integer types that templates meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UintType {
    Uint8,
    Uint32,
    Uint64,
}

/// A value.
#[derive(Clone)]
pub(crate) enum Value {
    /// No value at all: Go's zero `reflect.Value`, printed as `<no value>`.
    Invalid,
    /// A nil `interface{}`, printed as `<nil>`.
    Nil,
    Bool(bool),
    Int(i64, IntType),
    Uint(u64, UintType),
    Float(f64),
    Complex(f64, f64),
    Str(Str),
    List(List),
    Dict(Dict),
    Time(Rc<Time>),
    /// A semantic version, and whether it is Go's `*Version`.
    Version(Rc<Version>, bool),
    #[cfg_attr(
        not(feature = "certificates"),
        expect(dead_code, reason = "such a build makes none, but its functions take them")
    )]
    Certificate(Rc<Certificate>),
}

/// What `genCA` and its kin return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) cert: Str,
    pub(crate) key: Str,
}

/// The element type of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elem {
    /// `[]interface {}`
    Any,
    /// `[]string`
    Str,
    /// `[]int`
    Int,
    /// `[][]interface {}`
    Lists,
}

/// A Go slice: a window on shared elements.
#[derive(Clone)]
pub(crate) struct List {
    pub(crate) data: Rc<ListData>,
    start: usize,
    len: usize,
}

/// The elements behind a list.
pub(crate) struct ListData {
    pub(crate) elem: Elem,
    /// A nil slice: prints as an empty one, but JSON and `deepEqual` see the difference.
    pub(crate) nil: bool,
    pub(crate) items: RefCell<Vec<Value>>,
}

impl List {
    pub(crate) fn new(elem: Elem, items: Vec<Value>, nil: bool) -> Self {
        let len = items.len();
        Self { data: Rc::new(ListData { elem, nil, items: RefCell::new(items) }), start: 0, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn elem(&self) -> Elem {
        self.data.elem
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.data.nil
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        if index >= self.len {
            return None;
        }
        self.data.items.borrow().get(self.start + index).cloned()
    }

    /// Appends the elements to `items`.
    pub(crate) fn copy_to(&self, items: &mut Vec<Value>) {
        let all = self.data.items.borrow();
        items.extend_from_slice(all.get(self.start..self.start + self.len).unwrap_or_default());
    }

    /// How far a window may reach: Go's `cap`.
    pub(crate) fn capacity(&self) -> usize {
        self.data.items.borrow().len().saturating_sub(self.start)
    }

    /// The window from `start` to `end` of this one; `end` may lie beyond its length, up to its capacity.
    pub(crate) fn window(&self, start: usize, end: usize) -> Option<Self> {
        if start > end || end > self.capacity() {
            return None;
        }
        Some(Self { data: Rc::clone(&self.data), start: self.start + start, len: end - start })
    }

    /// Sorts the elements in place by `key`, seen by every window on them.
    pub(crate) fn sort_by(&self, compare: impl FnMut(&Value, &Value) -> std::cmp::Ordering) {
        let mut items = self.data.items.borrow_mut();
        if let Some(window) = items.get_mut(self.start..self.start + self.len) {
            window.sort_by(compare);
        }
    }

    /// Whether both are the same window of the same elements.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.data, &other.data) && self.start == other.start && self.len == other.len
    }
}

/// The value type of a dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DictType {
    /// `map[string]interface {}`
    Any,
    /// `map[string]string`
    Strings,
}

/// A Go map with string keys: shared and mutable.
#[derive(Clone)]
pub(crate) struct Dict(pub(crate) Rc<DictData>);

/// What is behind a dict.
pub(crate) struct DictData {
    pub(crate) kind: DictType,
    /// A nil map: empty, and refuses new entries.
    pub(crate) nil: bool,
    entries: Entries,
}

enum Entries {
    Own(RefCell<BTreeMap<Str, Value>>),
    /// The caller's, which all renderings read: templates can write to no map of strings.
    Shared(Arc<BTreeMap<Str, Str>>),
}

impl Dict {
    pub(crate) fn new(kind: DictType, entries: BTreeMap<Str, Value>, nil: bool) -> Self {
        Self(Rc::new(DictData { kind, nil, entries: Entries::Own(RefCell::new(entries)) }))
    }

    /// A `map[string]string` that takes no more memory however large it is.
    pub(crate) fn shared(entries: Arc<BTreeMap<Str, Str>>) -> Self {
        let kind = DictType::Strings;
        Self(Rc::new(DictData { kind, nil: false, entries: Entries::Shared(entries) }))
    }

    pub(crate) fn len(&self) -> usize {
        match &self.0.entries {
            Entries::Own(entries) => entries.borrow().len(),
            Entries::Shared(entries) => entries.len(),
        }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        match &self.0.entries {
            Entries::Own(entries) => entries.borrow().get(key).cloned(),
            Entries::Shared(entries) => entries.get(key).cloned().map(Value::Str),
        }
    }

    /// The entries, copied, sorted by key.
    pub(crate) fn entries(&self) -> Vec<(Str, Value)> {
        match &self.0.entries {
            Entries::Own(entries) => {
                entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            }
            Entries::Shared(entries) => {
                let value = |text: &Str| Value::Str(text.clone());
                entries.iter().map(|(key, text)| (key.clone(), value(text))).collect()
            }
        }
    }

    /// The entries, to be changed; none where Go's map or its type allows no change.
    pub(crate) fn entries_mut(&self) -> Option<RefMut<'_, BTreeMap<Str, Value>>> {
        match &self.0.entries {
            Entries::Own(entries) if !self.0.nil => Some(entries.borrow_mut()),
            Entries::Own(_) | Entries::Shared(_) => None,
        }
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Value {
    pub(crate) fn int(value: i64) -> Self {
        Self::Int(value, IntType::Int)
    }

    pub(crate) fn int64(value: i64) -> Self {
        Self::Int(value, IntType::Int64)
    }

    /// The name Go prints for the type; a nil interface has none of its own.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Invalid => "<nil>",
            Self::Nil => "interface {}",
            Self::Bool(_) => "bool",
            Self::Int(_, IntType::Int) => "int",
            Self::Int(_, IntType::Int64) => "int64",
            Self::Int(_, IntType::Duration) => "time.Duration",
            Self::Int(_, IntType::Month) => "time.Month",
            Self::Int(_, IntType::Weekday) => "time.Weekday",
            Self::Uint(_, UintType::Uint8) => "uint8",
            Self::Uint(_, UintType::Uint32) => "uint32",
            Self::Uint(_, UintType::Uint64) => "uint64",
            Self::Float(_) => "float64",
            Self::Complex(..) => "complex128",
            Self::Str(_) => "string",
            Self::List(list) => match list.elem() {
                Elem::Any => "[]interface {}",
                Elem::Str => "[]string",
                Elem::Int => "[]int",
                Elem::Lists => "[][]interface {}",
            },
            Self::Dict(dict) => match dict.0.kind {
                DictType::Any => "map[string]interface {}",
                DictType::Strings => "map[string]string",
            },
            Self::Time(_) => "time.Time",
            Self::Version(_, true) => "*semver.Version",
            Self::Version(_, false) => "semver.Version",
            Self::Certificate(_) => "sprig.certificate",
        }
    }

    /// The name of the value's kind, as `reflect.Kind` prints it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Invalid | Self::Nil => "invalid",
            Self::Bool(_) => "bool",
            Self::Int(_, IntType::Int | IntType::Month | IntType::Weekday) => "int",
            Self::Int(_, IntType::Int64 | IntType::Duration) => "int64",
            Self::Uint(_, UintType::Uint8) => "uint8",
            Self::Uint(_, UintType::Uint32) => "uint32",
            Self::Uint(_, UintType::Uint64) => "uint64",
            Self::Float(_) => "float64",
            Self::Complex(..) => "complex128",
            Self::Str(_) => "string",
            Self::List(_) => "slice",
            Self::Dict(_) => "map",
            Self::Version(_, true) => "ptr",
            Self::Time(_) | Self::Version(_, false) | Self::Certificate(_) => "struct",
        }
    }

    /// Whether there is nothing: no value or a nil interface.
    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Invalid | Self::Nil)
    }

    /// Go's truth (`template.IsTrue`): not the zero of its type.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Invalid | Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value, _) => *value != 0,
            Self::Uint(value, _) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(list) => list.len() > 0,
            Self::Dict(dict) => dict.len() > 0,
            Self::Time(_) | Self::Version(..) | Self::Certificate(_) => true,
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Str(Str::from(bytes))
    }
}

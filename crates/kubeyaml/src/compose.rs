//! Events to nodes: aliases, merge keys, and the limits on both.

use std::collections::HashMap;

use super::alias::{Count, Repeated, mark_copied, may_hold_aliases, size};
use super::collection::Collection;
use super::cursor::Mark;
use super::error::YamlErrorKind;
use super::mapping::{DuplicateKeys, Key, KeyKind, Mapping, MappingBuilder};
use super::node::{Context, Node, Place, Position, Style, Value};
use super::number::{Number, float_key};
use super::parser::{Event, Item, Parser};
use super::resolve::{Resolved, resolve};
use super::text::SecretText;
use super::token::Scalar;
use super::{MAX_DEPTH, Origin, Problem, narrow};

/// The node of one YAML document, in which anchors, aliases and merge keys may copy so many bytes.
pub(super) fn compose(
    text: &str,
    origin: Origin,
    duplicates: DuplicateKeys,
    max_copied: usize,
) -> Result<Node, Problem> {
    Composer {
        parser: Parser::new(text),
        text,
        origin,
        duplicates,
        frames: Vec::new(),
        anchors: HashMap::new(),
        keeps_anchors: may_hold_aliases(text),
        copied: 0,
        max_copied,
        repeated: Repeated::default(),
        count: Count::new(),
    }
    .run()
}

struct Composer<'a> {
    parser: Parser<'a>,
    text: &'a str,
    origin: Origin,
    duplicates: DuplicateKeys,
    frames: Vec<Frame>,
    anchors: HashMap<String, Anchor>,
    /// Whether there may be aliases at all.
    keeps_anchors: bool,
    /// Bytes copied for anchors and aliases.
    copied: usize,
    max_copied: usize,
    repeated: Repeated,
    count: Count,
}

/// A collection whose end has not come yet.
struct Frame {
    content: Collection<PendingKey>,
    /// Whether it stands in brackets or braces.
    flow: bool,
    place: Place,
    anchor: Option<(String, usize)>,
    /// The height of the highest child.
    height: usize,
    /// About how many bytes a copy of the children takes.
    size: usize,
    /// The count when the collection began.
    counted: usize,
}

/// A key whose value has not come yet.
enum PendingKey {
    Key(Key),
    Merge,
}

/// What an alias stands for; `None` until its end was read.
struct Anchor {
    start: usize,
    target: Option<Target>,
}

struct Target {
    node: Node,
    /// For scalars: what it is as a key.
    key: Option<(SecretText, KeyKind)>,
    height: usize,
    /// About how many bytes a copy takes.
    size: usize,
    /// How many nodes there are in it, as they are counted for the limit on aliases.
    count: usize,
}

/// A child on its way into its collection.
struct Child {
    node: Node,
    /// For an alias to a scalar: what it is as a key.
    key: Option<(SecretText, KeyKind)>,
    height: usize,
    size: usize,
}

impl Composer<'_> {
    fn run(mut self) -> Result<Node, Problem> {
        let mut root = None;
        loop {
            let Item { event, anchor, start, end } = self.parser.next()?;
            let at = |kind| Problem::new(kind, start);
            let mut place = self.place(start, end);
            let anchor = anchor.map(|name| (name, start.offset));
            let child = match event {
                Event::DocumentEnd => break,
                Event::SequenceStart | Event::MappingStart => {
                    let sequence = matches!(event, Event::SequenceStart);
                    self.open(sequence, anchor, place).map_err(at)?;
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(start, end),
                Event::Alias(name) => Some(self.alias(&name, place).map_err(at)?),
                Event::Scalar(scalar, tag) => {
                    place.style = scalar.style;
                    if matches!(scalar.style, Style::Literal | Style::Folded) {
                        place.indent = narrow(scalar.indent);
                    }
                    self.scalar(scalar, tag.as_deref(), anchor, place).map_err(at)?
                }
            };
            if let Some(child) = child {
                self.attach(child, start, &mut root)?;
            }
        }
        let mut root =
            root.ok_or_else(|| Problem::new(YamlErrorKind::NotAMapping, Mark::default()))?;
        self.repeated.mark(&mut root);
        Ok(root)
    }

    fn place(&self, start: Mark, end: usize) -> Place {
        let end = end.max(start.offset);
        let Position { line, column } = self.origin.position(start);
        let (context, indent) = self.context();
        Place {
            input: self.origin.input,
            start: narrow(self.origin.offset + start.offset),
            end: narrow(self.origin.offset + end),
            line: narrow(line),
            column: narrow(column),
            indent,
            context,
            style: Style::Collection,
            copied: false,
            shared: false,
            binary: false,
        }
    }

    /// What comes next is part of this; with the column of a block mapping.
    fn context(&self) -> (Context, u32) {
        match self.frames.last() {
            None => (Context::Root, 0),
            Some(Frame { flow: true, .. }) => (Context::Flow, 0),
            Some(Frame { content: Collection::Sequence(_), .. }) => (Context::BlockSequence, 0),
            Some(Frame { place, .. }) => (Context::BlockMapping, place.column.saturating_sub(1)),
        }
    }

    fn open(
        &mut self,
        sequence: bool,
        anchor: Option<(String, usize)>,
        place: Place,
    ) -> Result<(), YamlErrorKind> {
        if self.expects_key() {
            return Err(YamlErrorKind::KeyType);
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(YamlErrorKind::TooDeep);
        }
        if let Some((name, start)) = &anchor {
            self.anchors.insert(name.clone(), Anchor { start: *start, target: None });
        }
        // The list of a merge key is not decoded itself, only its items are.
        let merged = sequence && self.expects_merge_value();
        self.count.add(usize::from(!merged), 0)?;
        let content =
            if sequence { Collection::sequence() } else { Collection::mapping(self.duplicates) };
        let counted = self.count.all.saturating_sub(1);
        let start = (place.start as usize).saturating_sub(self.origin.offset);
        let bracket = matches!(self.text.as_bytes().get(start), Some(b'[' | b'{'));
        let flow = bracket || place.context == Context::Flow;
        self.frames.push(Frame { content, flow, place, anchor, height: 0, size: 0, counted });
        Ok(())
    }

    /// A collection ends with its bracket, or with the last node in it.
    fn close(&mut self, start: Mark, end: usize) -> Option<Child> {
        let frame = self.frames.pop()?;
        let bracket = narrow(self.origin.offset + end);
        let end = if end > start.offset { bracket } else { frame.place.end };
        let place = Place { end, ..frame.place };
        let node = Node { value: frame.content.finish(), place };
        let size = frame.size.saturating_add(size(&node));
        let child = Child { node, key: None, height: frame.height + 1, size };
        if let Some((name, start)) = frame.anchor {
            self.keep(&name, start, &child, self.count.all - frame.counted);
        }
        Some(child)
    }

    /// Remembers what an anchor stands for, unless its name has been given to another one since.
    fn keep(&mut self, name: &str, start: usize, child: &Child, count: usize) {
        if !self.keeps_anchors {
            return;
        }
        let Some(anchor) = self.anchors.get_mut(name).filter(|anchor| anchor.start == start) else {
            return;
        };
        let &Child { height, size, .. } = child;
        self.copied = self.copied.saturating_add(size);
        if self.copied <= self.max_copied {
            let (node, key) = (child.node.clone(), child.key.clone());
            anchor.target = Some(Target { node, key, height, size, count });
        }
    }

    fn alias(&mut self, name: &str, place: Place) -> Result<Child, YamlErrorKind> {
        let anchor = self.anchors.get(name).ok_or(YamlErrorKind::AliasUndefined)?;
        let Some(target) = &anchor.target else {
            return Err(if self.copied > self.max_copied {
                YamlErrorKind::AliasesExcessive
            } else {
                YamlErrorKind::AliasInsideItself
            });
        };
        self.count.add(1, 0)?;
        self.count.add(target.count, target.count)?;
        self.copied = self.copied.saturating_add(target.size);
        if self.copied > self.max_copied {
            return Err(YamlErrorKind::AliasesExcessive);
        }
        if self.frames.len() + target.height > MAX_DEPTH {
            return Err(YamlErrorKind::TooDeep);
        }
        self.repeated.add(target.node.place);
        let mut node = target.node.clone();
        mark_copied(&mut node);
        let style = node.place.style;
        node.place = Place { style, copied: true, ..place };
        Ok(Child { node, key: target.key.clone(), height: target.height, size: target.size })
    }

    /// A scalar as a value; `None` when it was a key and is waiting for its value.
    fn scalar(
        &mut self,
        scalar: Scalar,
        tag: Option<&[u8]>,
        anchor: Option<(String, usize)>,
        place: Place,
    ) -> Result<Option<Child>, YamlErrorKind> {
        let merge = self.expects_key() && is_merge(&scalar, tag);
        if !merge {
            self.count.add(1, 0)?;
        }
        let resolved = resolve(scalar.text, scalar.style, tag)?;
        let binary = matches!(resolved, Resolved::Binary(_));
        let place = Place { binary, ..place };
        if let Some((name, start)) = anchor {
            self.anchors.insert(name.clone(), Anchor { start, target: None });
            // Only as a key may a scalar stand for a number that JSON does not know.
            if let Ok(value) = scalar_value(&resolved) {
                let node = Node { value, place };
                let size = size(&node);
                let child = Child { node, key: to_key(&resolved).ok(), height: 0, size };
                self.keep(&name, start, &child, 1);
            }
        }
        let expects_key = self.expects_key();
        if let Some(Frame { content: Collection::Mapping { key, .. }, size, .. }) =
            self.frames.last_mut()
            && expects_key
        {
            *key = Some(if merge {
                PendingKey::Merge
            } else {
                let (text, kind) = to_key(&resolved)?;
                *size = size.saturating_add(size_of::<Key>() + text.expose().len());
                PendingKey::Key(Key { text, kind, place })
            });
            return Ok(None);
        }
        let node = Node { value: into_value(resolved)?, place };
        let size = size(&node);
        Ok(Some(Child { node, key: None, height: 0, size }))
    }

    fn expects_key(&self) -> bool {
        let content = self.frames.last().map(|frame| &frame.content);
        matches!(content, Some(Collection::Mapping { key: None, .. }))
    }

    fn expects_merge_value(&self) -> bool {
        let content = self.frames.last().map(|frame| &frame.content);
        matches!(content, Some(Collection::Mapping { key: Some(PendingKey::Merge), .. }))
    }

    /// Puts a finished node into its collection.
    fn attach(
        &mut self,
        child: Child,
        start: Mark,
        root: &mut Option<Node>,
    ) -> Result<(), Problem> {
        let at = |kind| Problem::new(kind, start);
        let Some(frame) = self.frames.last_mut() else {
            *root = Some(child.node);
            return Ok(());
        };
        frame.height = frame.height.max(child.height);
        frame.size = frame.size.saturating_add(child.size);
        frame.place.end = frame.place.end.max(child.node.place.end);
        match &mut frame.content {
            Collection::Sequence(items) => items.push(child.node),
            Collection::Mapping { entries, key } => match key.take() {
                Some(PendingKey::Key(key)) => entries.insert(key, child.node)?,
                Some(PendingKey::Merge) => {
                    let mappings = mappings_to_merge(child.node).map_err(at)?;
                    let count: usize = mappings.iter().map(Mapping::len).sum();
                    self.copied = self.copied.saturating_add(count * size_of::<(Key, Node)>());
                    if self.copied > self.max_copied {
                        return Err(at(YamlErrorKind::AliasesExcessive));
                    }
                    mappings.into_iter().try_for_each(|mapping| merge(entries, mapping))?;
                }
                None => {
                    let (text, kind) = child.key.ok_or_else(|| at(YamlErrorKind::KeyType))?;
                    *key = Some(PendingKey::Key(Key { text, kind, place: child.node.place }));
                }
            },
        }
        Ok(())
    }
}

/// A plain `<<`, or one that is tagged as a merge key.
fn is_merge(scalar: &Scalar, tag: Option<&[u8]>) -> bool {
    scalar.text.expose() == "<<"
        && match tag {
            None => scalar.style == Style::Plain,
            Some(tag) => matches!(tag, b"!" | b"tag:yaml.org,2002:merge"),
        }
}

/// The mappings of a merge key's value, in the order in which they are merged: of a list, the
/// first mapping wins, and so comes last.
fn mappings_to_merge(node: Node) -> Result<Vec<Mapping>, YamlErrorKind> {
    let mapping = |node: Node| match node.value {
        Value::Mapping(mapping) => Ok(mapping),
        _ => Err(YamlErrorKind::MergeValue),
    };
    match node.value {
        Value::Sequence(items) if !node.place.copied => {
            items.into_iter().rev().map(mapping).collect()
        }
        value => Ok(vec![mapping(Node { value, ..node })?]),
    }
}

fn merge(entries: &mut MappingBuilder, mapping: Mapping) -> Result<(), Problem> {
    for (mut key, mut node) in mapping.entries {
        key.place.copied = true;
        mark_copied(&mut node);
        entries.merge(key, node)?;
    }
    Ok(())
}

fn to_key(resolved: &Resolved) -> Result<(SecretText, KeyKind), YamlErrorKind> {
    Ok(match resolved {
        Resolved::Text(text) | Resolved::Binary(text) => (text.clone(), KeyKind::String),
        Resolved::Integer(integer) => (integer.to_string().into(), KeyKind::Integer),
        Resolved::Float(float) => (float_key(*float).into(), KeyKind::Float),
        Resolved::Bool(value) => (value.to_string().into(), KeyKind::Bool),
        Resolved::Null | Resolved::Unsigned(_) => return Err(YamlErrorKind::KeyType),
    })
}

fn scalar_value(resolved: &Resolved) -> Result<Value, YamlErrorKind> {
    Ok(match resolved {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::Bool(*value),
        Resolved::Text(text) | Resolved::Binary(text) => Value::String(text.clone()),
        Resolved::Integer(integer) => Value::Number(Number::Integer(*integer)),
        Resolved::Unsigned(integer) => Value::Number(
            Number::from_json(&integer.to_string()).ok_or(YamlErrorKind::NumberRange)?,
        ),
        Resolved::Float(float) => {
            Value::Number(Number::from_float(*float).ok_or(YamlErrorKind::NumberRange)?)
        }
    })
}

fn into_value(resolved: Resolved) -> Result<Value, YamlErrorKind> {
    match resolved {
        Resolved::Text(text) | Resolved::Binary(text) => Ok(Value::String(text)),
        other => scalar_value(&other),
    }
}

//! A line of the table.

use std::fmt;

use sealkit_e2e::deployment::read_documents;
use sealkit_testkit::repository;
use serde_json::{Map, Value, json};

/// Differences that come from what upstream's controller answers.
const UNDER_UPSTREAM: &str = "differs-under-upstream";

/// What is run, and what is known of it.
pub(crate) struct Line {
    /// Its place in the table, from 0.
    pub(crate) number: usize,
    row: Value,
}

impl Line {
    pub(crate) fn all() -> Vec<Self> {
        let table = read_documents(repository().join("e2e/tests/kubeseal/lines.yaml"));
        let rows = table[0]["lines"].as_array().expect("the table has lines").clone();
        rows.into_iter().enumerate().map(|(number, row)| Self { number, row }).collect()
    }

    /// The words of the command line, and the variables, before anything is filled in.
    pub(crate) fn words(&self) -> Vec<String> {
        let words = self.row["run"].as_str().expect("a line is text").split_whitespace();
        words.map(|word| if word == "''" { String::new() } else { word.to_owned() }).collect()
    }

    pub(crate) fn variables(&self) -> Map<String, Value> {
        self.row["env"].as_object().cloned().unwrap_or_default()
    }

    pub(crate) fn stdin(&self) -> Option<&str> {
        self.row["stdin"].as_str()
    }

    /// The scope of the one value that is printed.
    pub(crate) fn opens(&self) -> Option<&str> {
        self.row["opens"].as_str()
    }

    /// Whether only that there is any output counts.
    pub(crate) fn is_for_people(&self) -> bool {
        self.row["reads"] == true
    }

    /// The names of its differences.
    pub(crate) fn differences(&self) -> Vec<String> {
        let named = |field: &str| self.row[field].as_object().into_iter().flatten();
        named("differs").chain(named(UNDER_UPSTREAM)).map(|(name, _)| name.clone()).collect()
    }

    /// What ours should do, by what kubeseal does.
    pub(crate) fn expected(&self, theirs: &Value, is_upstream: bool) -> Result<Value, String> {
        let mut expected = theirs.clone();
        let fields = if is_upstream { &["differs", UNDER_UPSTREAM][..] } else { &["differs"] };
        let all =
            fields.iter().flat_map(|field| self.row[*field].as_object().into_iter().flatten());
        for (name, patch) in all {
            let before = expected.clone();
            merge(&mut expected, patch);
            if expected == before {
                return Err(format!("{name} is no difference: {theirs}"));
            }
        }
        Ok(expected)
    }

    /// More files than all lines have.
    pub(crate) fn files(&self) -> Map<String, Value> {
        self.row["files"].as_object().cloned().unwrap_or_default()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", json!({"line": self.number, "run": self.row["run"]}))?;
        for field in ["stdin", "env"] {
            if !self.row[field].is_null() {
                write!(f, " {field} {}", self.row[field])?;
            }
        }
        Ok(())
    }
}

/// A JSON merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else { return };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in fields {
        match value {
            Value::Null => drop(target.as_object_mut().expect("an object").remove(name)),
            Value::Object(_) => merge(&mut target[name], value),
            value => target[name] = value.clone(),
        }
    }
}

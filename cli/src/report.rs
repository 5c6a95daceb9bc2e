//! Values of reports for programs, and tables for people.

use kubeyaml::Tree;

use crate::input::Source;

/// A text, or null where there is none.
pub(crate) fn optional(text: Option<&str>) -> Tree {
    text.map_or(Tree::Null, Tree::from)
}

/// The path of a file, or null for standard input.
pub(crate) fn file(source: &Source) -> Tree {
    match source {
        Source::Stdin => Tree::Null,
        Source::File(path) => Tree::from(path.display().to_string()),
    }
}

/// A count, or a place in a file.
pub(crate) fn number(number: usize) -> Tree {
    Tree::from(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Rows with each column as wide as its widest cell; the last one may be ragged.
pub(crate) fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..COLUMNS.saturating_sub(1)).map(width).collect();
    let line = |row: &[String; COLUMNS]| -> String {
        let widths = widths.iter().copied().chain([0]);
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  "))
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let rows = [["A", "B", "C"], ["long", "é", "the last one"], ["", "xy", ""]];
        let text = table(&rows.map(|row| row.map(str::to_owned)));
        assert_eq!(text, "A     B   C\nlong  é   the last one\n      xy  \n");
        assert_eq!(table::<2>(&[]), "");
    }
}

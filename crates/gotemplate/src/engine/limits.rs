//! What templates may use. Going over a limit is an error, never a crash.

/// The bounds of parsing; those in bytes hold for all templates that are parsed with one
/// [`ParseBudget`](crate::ParseBudget) together.
///
/// The defaults are wide enough for any template a person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseLimits {
    /// Bytes of text. The default is 1 MiB.
    pub text_bytes: usize,
    /// Bytes of memory that the trees may take, counted generously. The default is 64 MiB.
    ///
    /// A template counts for 1 KiB, plain text for twice its length, `{{ .name | quote }}` for 50 times its length, and
    /// nothing for more than 170 times.
    pub tree_bytes: usize,
    /// How deep parentheses may nest. The default is Go's own bound, 10 000.
    ///
    /// Above 64 levels, a text is parsed again on a thread of its own with a larger stack.
    pub nesting: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self { text_bytes: 1 << 20, tree_bytes: 64 << 20, nesting: 10_000 }
    }
}

/// The bounds of rendering. Those of output, memory and steps hold for all renderings with one
/// [`RenderContext`](crate::RenderContext) together, whether they succeed or fail; the others for each.
///
/// The defaults are wide enough for any template a person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RenderLimits {
    /// Bytes of output. The default is 1 MiB.
    pub output_bytes: usize,
    /// Bytes that strings, lists, dicts and patterns made while rendering may take, those already dropped included.
    /// They are counted before they are taken; what is taken at a time is at most four times as much, and 64 KiB. The
    /// default is 64 MiB.
    pub memory_bytes: usize,
    /// Units of work: a node, a call, 64 bytes copied or searched, 4 bytes looked at one by one, 16 comparisons. Costly
    /// functions take more. The default is 10 000 000.
    pub steps: u64,
    /// How deep templates may call each other. The default is Go's own bound, 100 000.
    pub template_depth: usize,
    /// How deep parentheses and values may nest. The default is 10 000, Go's own bound for parentheses.
    ///
    /// Above 64 levels, rendering takes a thread of its own with a larger stack.
    pub nesting: usize,
    /// How large a compiled regular expression may be, in bytes. The default is 1 MiB.
    pub regex_bytes: usize,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self {
            output_bytes: 1 << 20,
            memory_bytes: 64 << 20,
            steps: 10_000_000,
            template_depth: 100_000,
            nesting: 10_000,
            regex_bytes: 1 << 20,
        }
    }
}

//! What a template may use. Going over a limit is an error, never a crash.

/// The bounds of parsing and rendering one template.
///
/// The defaults are wide enough for any template a person writes and small enough that one nobody should trust costs
/// a few seconds and some tens of megabytes at most.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest template text, in bytes.
    pub template_bytes: usize,
    /// Longest output, in bytes. The default is 1 MiB.
    pub output_bytes: usize,
    /// Bytes that strings, lists and dicts made while rendering may take together, those already dropped included.
    pub memory_bytes: usize,
    /// Units of work: a node, a call, 64 bytes read by a function, 16 comparisons. Costly functions take more.
    pub steps: u64,
    /// How deep templates may call each other. Go's own bound is 100 000.
    pub template_depth: usize,
    /// How deep parentheses and values may nest. Go's own bound for parentheses is 10 000.
    ///
    /// Above 64 levels, parsing and rendering run again on a thread of their own with a larger stack.
    pub nesting: usize,
    /// How large a compiled regular expression may be, in bytes.
    pub regex_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            template_bytes: 1 << 20,
            output_bytes: 1 << 20,
            memory_bytes: 64 << 20,
            steps: 10_000_000,
            template_depth: 100_000,
            nesting: 10_000,
            regex_bytes: 1 << 20,
        }
    }
}

//! Go's text/template with Sprig's functions, rendered as Go renders it.

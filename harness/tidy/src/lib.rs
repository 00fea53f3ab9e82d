//! The house inspects itself: floors, bans, names, documents. Tests only.
//!
//! Everything stands in `tests/it`: `tree` reads the workspace, `source` reads Rust far enough to tell code from comments,
//! strings and tests, and each other module holds checks of one kind. A check is a function from what was read to findings;
//! it runs over the real house and over a bad snippet, which proves that it can fail. A finding says the file, the line and
//! the reason; the rules themselves, with their arguments, are in ARCHITECTURE.md.

//! The interface as it is documented: every operation, asked rightly and wrongly, answers what the document says.

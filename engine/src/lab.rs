//! Small experiments on this machine, each by name: what a part costs, without HTTP around it.

pub mod journal;

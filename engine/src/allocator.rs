//! Who hands out memory: chosen by a feature when a binary is built, because a process has one.
//!
//! A binary with an engine in it says `static ALLOCATOR: probe::ProfAlloc<engine::allocator::Inner>`, so that the probe counts what the
//! engine allocates.

use crate::switches::Allocator;

#[cfg(all(feature = "mimalloc", feature = "jemalloc"))]
compile_error!("a process has one allocator: choose one of the features mimalloc and jemalloc");

#[cfg(not(any(feature = "mimalloc", feature = "jemalloc")))]
mod built {
    /// The allocator itself.
    pub type Inner = std::alloc::System;
    /// Its one value.
    pub const INNER: Inner = std::alloc::System;
    /// Its name.
    pub const NAME: super::Allocator = super::Allocator::System;
}

#[cfg(feature = "mimalloc")]
mod built {
    /// The allocator itself.
    pub type Inner = mimalloc::MiMalloc;
    /// Its one value.
    pub const INNER: Inner = mimalloc::MiMalloc;
    /// Its name.
    pub const NAME: super::Allocator = super::Allocator::Mimalloc;
}

#[cfg(all(feature = "jemalloc", not(feature = "mimalloc")))]
mod built {
    /// The allocator itself.
    pub type Inner = tikv_jemallocator::Jemalloc;
    /// Its one value.
    pub const INNER: Inner = tikv_jemallocator::Jemalloc;
    /// Its name.
    pub const NAME: super::Allocator = super::Allocator::Jemalloc;
}

pub use built::{INNER, Inner};

/// What was built in.
pub const BUILT_IN: Allocator = built::NAME;

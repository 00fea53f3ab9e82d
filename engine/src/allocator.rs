//! Who hands out memory in this binary: chosen by a feature when it is built, because a process has one.

use engine::switches::Allocator;

#[cfg(all(feature = "mimalloc", feature = "jemalloc"))]
compile_error!("a process has one allocator: choose one of the features mimalloc and jemalloc");

/// What was built in.
#[cfg(not(any(feature = "mimalloc", feature = "jemalloc")))]
mod built {
    pub type Inner = std::alloc::System;
    pub const INNER: Inner = std::alloc::System;
    pub const NAME: super::Allocator = super::Allocator::System;
}

/// What was built in.
#[cfg(feature = "mimalloc")]
mod built {
    pub type Inner = mimalloc::MiMalloc;
    pub const INNER: Inner = mimalloc::MiMalloc;
    pub const NAME: super::Allocator = super::Allocator::Mimalloc;
}

/// What was built in.
#[cfg(all(feature = "jemalloc", not(feature = "mimalloc")))]
mod built {
    pub type Inner = tikv_jemallocator::Jemalloc;
    pub const INNER: Inner = tikv_jemallocator::Jemalloc;
    pub const NAME: super::Allocator = super::Allocator::Jemalloc;
}

/// Counts and samples allocations for the probe.
#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<built::Inner> = probe::ProfAlloc::new(built::INNER);

/// The allocator of this binary.
pub const BUILT_IN: Allocator = built::NAME;

//! Journeys of a plan acted out: `plan::journey` says what users do, this makes Goose scenarios of it.
//!
//! Before T0 everything that can be known is made ready ([`script`]): feeders are read, expressions compiled, names resolved to places.
//! A visit then renders texts into buffers that its user keeps ([`visit`]), sends them through the driver's session, and looks at the
//! answers ([`answer`], [`check`], [`extract`], [`cookies`]).
//!
//! # What a failed step does
//!
//! A visit ends with the first step that has no answer, or whose answer lacks what is to be kept of it: what follows could not be what
//! the plan means. After a wrong answer of another kind (a status, a check) the visit has failed but goes on, because a target that
//! answers badly must not be offered less for it.

mod act;
mod answer;
mod check;
mod cookies;
mod extract;
mod feeder;
mod moment;
mod pointer;
mod script;
mod template;
mod values;
mod visit;

pub use feeder::{Feeders, feeders};
pub(crate) use script::{Ground, LastPause, Script};

mod calibration;
mod designs;
mod invariance;
pub(super) mod made;
mod power;
mod recorded;
mod rounds;
mod verdicts;
mod words;

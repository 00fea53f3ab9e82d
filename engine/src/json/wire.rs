//! The JSON shapes of requests and answers; nothing but shapes.

pub mod answer;
pub mod audit;
pub mod export;
pub mod request;
pub mod running;
pub mod webhook;

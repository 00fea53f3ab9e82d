//! The JSON shapes of requests and answers; nothing but shapes.

pub mod answer;
pub mod request;
pub mod running;

mod designs;
mod invariance;
mod made;
mod power;
mod rounds;
mod verdicts;
mod words;

//! Which rounds count, which are dropped, and what collapsed.

use super::made::*;
use crate::gate::{DropRule, Fate, check, fate};
use record::comparison::{Arm, ArmEnding, GatePlan, Lasting, Round};

fn tripped(change: impl Fn(&mut Round)) -> Vec<DropRule> {
    let mut round = quiet(1);
    change(&mut round);
    let checked = check(&round, &GatePlan::default(), &calibration());
    checked.tripped.iter().map(|one| one.rule).collect()
}

#[test]
fn each_rule_drops_what_it_is_for() {
    assert_eq!(tripped(|_| {}), []);
    assert_eq!(tripped(|r| r.machine.steal = Some(0.11)), [DropRule::Steal]);
    let pressed_by = |share| {
        move |r: &mut Round| {
            r.machine.pressure = Some(0.26);
            r.machine.strangers = share;
        }
    };
    assert_eq!(tripped(pressed_by(Some(0.16))), [DropRule::Pressure]);
    assert_eq!(tripped(pressed_by(None)), [DropRule::Pressure]);
    // Its own threads press a target on one processor: no stranger is to blame.
    assert_eq!(tripped(pressed_by(Some(0.14))), []);
    let busy = |r: &mut Round| r.machine.generator_cpu = Some(0.81);
    assert_eq!(tripped(busy), [DropRule::GeneratorSaturated]);
    let moved = |r: &mut Round| r.machine.machine = Some("other".to_owned());
    assert_eq!(tripped(moved), [DropRule::MachineChanged]);
    assert_eq!(
        tripped(|r| r.candidate.drift = Some(-0.06)),
        [DropRule::NotSteady]
    );
    assert_eq!(
        tripped(|r| r.baseline.requests = 9_999),
        [DropRule::TooFewSamples]
    );
    assert_eq!(tripped(|r| r.baseline.requests = 10_000), []);
}

#[test]
fn a_slow_candidate_alone_drops_no_round_by_its_send_delay() {
    assert_eq!(tripped(|r| r.candidate.send_delay = Some(0.5)), []);
    let both = |r: &mut Round| {
        r.candidate.send_delay = Some(0.5);
        r.baseline.send_delay = Some(0.11);
    };
    assert_eq!(tripped(both), [DropRule::SendDelay]);
}

#[test]
fn rules_treat_both_arms_alike() {
    let changes: [fn(&mut Round); 6] = [
        |r| r.candidate.drift = Some(0.2),
        |r| r.candidate.requests = 50,
        |r| r.candidate.send_delay = Some(0.3),
        |r| r.candidate.achieved = Some(0.5),
        |r| r.candidate.drift = None,
        |r| r.baseline.achieved = None,
    ];
    for change in changes {
        let mut round = quiet(1);
        change(&mut round);
        let plan = GatePlan::default();
        let [a, b] = [round.clone(), round.swapped()].map(|r| check(&r, &plan, &calibration()));
        assert_eq!(a.unchecked, b.unchecked);
        let rules = |checked: &crate::gate::Checked| -> Vec<DropRule> {
            checked.tripped.iter().map(|one| one.rule).collect()
        };
        assert_eq!(rules(&a), rules(&b));
    }
}

#[test]
fn what_cannot_be_read_is_not_checked_rather_than_passed() {
    let mut round = quiet(1);
    round.machine.pressure = None;
    round.machine.machine = None;
    let checked = check(&round, &GatePlan::default(), &calibration());
    assert_eq!(
        checked.unchecked,
        [DropRule::Pressure, DropRule::MachineChanged]
    );
    assert_eq!(checked.tripped, []);
}

fn fate_of(change: impl Fn(&mut Round)) -> Fate {
    let mut round = quiet(1);
    change(&mut round);
    fate(&round, &GatePlan::default(), &calibration()).0
}

fn collapsed(fate: &Fate) -> Vec<Arm> {
    match fate {
        Fate::Collapsed {
            baseline,
            candidate,
        } => {
            let both = [(Arm::Baseline, baseline), (Arm::Candidate, candidate)];
            both.iter()
                .filter(|(_, one)| one.is_some())
                .map(|(arm, _)| *arm)
                .collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn an_arm_collapses_by_death_silence_errors_or_falling_short() {
    let changes: [fn(&mut Round); 5] = [
        |r| r.candidate.ending = ArmEnding::Died("signal 9".to_owned()),
        |r| r.candidate.ending = ArmEnding::NeverReady("no answer in 10 s".to_owned()),
        |r| r.candidate.requests = 0,
        |r| r.candidate.errors = 181,
        |r| r.candidate.achieved = Some(0.97),
    ];
    for change in changes {
        let fate = fate_of(change);
        assert_eq!(collapsed(&fate), [Arm::Candidate], "{fate:?}");
        let told = fate.told().expect("a reason");
        assert!(told.starts_with("candidate "), "{told}");
    }
}

#[test]
fn one_stop_of_the_machine_is_no_collapse() {
    let stopped_once = |r: &mut Round| {
        r.candidate.errors = 265;
        r.candidate.achieved = Some(0.97);
        r.candidate.lasting = Some(Lasting {
            error_rate: 0.0,
            achieved: 1.0,
        });
    };
    assert_eq!(fate_of(stopped_once), Fate::Valid);
    let always = |r: &mut Round| {
        stopped_once(r);
        r.candidate.lasting = Some(Lasting {
            error_rate: 0.024,
            achieved: 1.0,
        });
    };
    let told = fate_of(always).told().expect("a collapse");
    assert_eq!(told, "candidate fails 2.4 % of its requests (limit 1.0 %)");
}

#[test]
fn a_noisy_machine_excuses_falling_short_but_not_death() {
    let noisy_and_short = |r: &mut Round| {
        r.machine.steal = Some(0.3);
        r.candidate.achieved = Some(0.5);
    };
    assert!(matches!(fate_of(noisy_and_short), Fate::Dropped(_)));
    let noisy_and_dead = |r: &mut Round| {
        r.machine.steal = Some(0.3);
        r.candidate.ending = ArmEnding::Died("signal 9".to_owned());
    };
    assert_eq!(collapsed(&fate_of(noisy_and_dead)), [Arm::Candidate]);
    let both_short = |r: &mut Round| {
        r.baseline.achieved = Some(0.5);
        r.candidate.achieved = Some(0.5);
    };
    assert!(matches!(fate_of(both_short), Fate::Dropped(_)));
}

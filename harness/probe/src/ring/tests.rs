use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;

fn drain(ring: &Ring<u64>) -> Vec<u64> {
    std::iter::from_fn(|| ring.take(|value| *value)).collect()
}

#[test]
fn what_goes_in_comes_out_in_order() {
    let ring = Ring::<u64>::new(4);
    assert!((1..=3).all(|value| ring.push(1, |slot| *slot = value)));
    assert_eq!(drain(&ring), [1, 2, 3]);
    assert_eq!(ring.dropped(), 0);
}

#[test]
fn a_full_ring_drops_by_weight_and_goes_on_once_it_has_room() {
    let ring = Ring::<u64>::new(2);
    assert!(ring.push(7, |slot| *slot = 1));
    assert!(ring.push(7, |slot| *slot = 2));
    assert!(!ring.push(7, |slot| *slot = 3));
    assert_eq!(ring.dropped(), 7);
    assert_eq!(drain(&ring), [1, 2]);
    assert!(ring.push(7, |slot| *slot = 4));
    assert_eq!(drain(&ring), [4]);
}

#[test]
fn total_and_drops_account_for_every_value_of_many_producers() {
    let each: u64 = if cfg!(miri) { 50 } else { 20_000 };
    let ring = Ring::<u64>::new(64);
    let done = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let consumer = scope.spawn(|| {
            let mut taken = Vec::new();
            while !done.load(Ordering::Acquire) {
                taken.extend(drain(&ring));
                std::thread::yield_now();
            }
            taken.extend(drain(&ring));
            taken
        });
        let producers: Vec<_> = (0..3_u64)
            .map(|producer| {
                let ring = &ring;
                scope.spawn(move || {
                    for value in 0..each {
                        ring.push(1, |slot| *slot = producer << 32 | value);
                    }
                })
            })
            .collect();
        for producer in producers {
            producer.join().unwrap();
        }
        done.store(true, Ordering::Release);
        consumer.join().unwrap()
    });
    assert_eq!(taken.len() as u64 + ring.dropped(), 3 * each);
    for producer in 0..3 {
        let own: Vec<_> = taken.iter().filter(|v| *v >> 32 == producer).collect();
        assert!(own.is_sorted(), "order of producer {producer}");
    }
}

proptest! {
    #[test]
    fn it_is_a_queue_with_a_bound(steps in prop::collection::vec(any::<Option<u64>>(), 0..200)) {
        let ring = Ring::<u64>::new(8);
        let mut model = std::collections::VecDeque::new();
        let mut dropped = 0;
        for step in steps {
            if let Some(value) = step {
                let pushed = ring.push(1, |slot| *slot = value);
                prop_assert_eq!(pushed, model.len() < 8);
                if pushed { model.push_back(value) } else { dropped += 1 }
            } else {
                prop_assert_eq!(ring.take(|value| *value), model.pop_front());
            }
        }
        prop_assert_eq!(ring.dropped(), dropped);
    }
}

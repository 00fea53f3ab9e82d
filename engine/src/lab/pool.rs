//! Trade orders allocated each time, and used again from a free list of the thread.

use super::measure::{cost, millis};
use super::{Figure, Report, Settings};
use crate::amount::Amount;
use record::splitmix::Draws;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

/// Assets and fees that an order has room for from the start.
const ASSETS: usize = 4;
const FEES: usize = 2;
/// Orders that a thread keeps.
const KEPT: usize = 1024;
/// Room above this many times the usual is given back.
const GENEROUS: usize = 4;

/// An order as the article has it: amounts by asset, and fees.
#[derive(Debug, Default)]
pub struct TradeOrder {
    /// Amounts by the number of their asset.
    pub assets: HashMap<u32, Amount>,
    /// Fees, in their order.
    pub fees: Vec<Amount>,
}

impl TradeOrder {
    /// An empty order with the usual room.
    pub fn new() -> Self {
        Self {
            assets: HashMap::with_capacity(ASSETS),
            fees: Vec::with_capacity(FEES),
        }
    }

    /// Leaves nothing behind but the usual room.
    fn reset(&mut self) {
        self.assets.clear();
        self.fees.clear();
        // A map has room for up to twice as many as it was asked for.
        if self.assets.capacity() > GENEROUS * 2 * ASSETS {
            self.assets.shrink_to(ASSETS);
        }
        if self.fees.capacity() > GENEROUS * FEES {
            self.fees.shrink_to(FEES);
        }
    }
}

#[derive(Default)]
struct FreeList {
    orders: Vec<TradeOrder>,
    hits: u64,
    misses: u64,
}

thread_local! {
    static FREE: RefCell<FreeList> = RefCell::default();
}

/// An order that goes back, when it is dropped, to the thread that drops it.
#[derive(Debug, Default)]
pub struct Pooled(TradeOrder);

impl Pooled {
    /// An order of this thread, or a new one.
    pub fn take() -> Self {
        FREE.with_borrow_mut(|free| {
            if let Some(order) = free.orders.pop() {
                free.hits += 1;
                Self(order)
            } else {
                free.misses += 1;
                Self(TradeOrder::new())
            }
        })
    }
}

impl Deref for Pooled {
    type Target = TradeOrder;

    fn deref(&self) -> &TradeOrder {
        &self.0
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut TradeOrder {
        &mut self.0
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.0.reset();
        let order = std::mem::take(&mut self.0);
        // At the end of a thread its list may be gone.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.orders.len() < KEPT {
                free.orders.push(order);
            }
        });
    }
}

/// Hits and misses of this thread.
pub fn counts() -> (u64, u64) {
    FREE.with_borrow(|free| (free.hits, free.misses))
}

fn fill(order: &mut TradeOrder, draws: &mut Draws) {
    let amount = |units: u64| Amount::from_units(units.into()).unwrap_or(Amount::ZERO);
    for asset in 0..3 {
        order.assets.insert(asset, amount(draws.draw()));
    }
    order.fees.push(amount(draws.below(1000)));
    std::hint::black_box(order);
}

/// Fills ten million orders both ways, and one that stays for comparison.
pub(super) fn run(settings: &Settings) -> Report {
    let count = settings.count.unwrap_or(10_000_000).max(1);
    let mut report = Report::new("pool", "S11: an object pool takes 89 ns to 14 ns an order");
    report.set("orders", count);
    let each = |total: f64| total / count as f64;
    let mut draws = Draws::new(settings.seed);
    let plain = cost(|| (0..count).for_each(|_| fill(&mut TradeOrder::new(), &mut draws)));
    let mut draws = Draws::new(settings.seed);
    let (hits, misses) = counts();
    let pooled = cost(|| (0..count).for_each(|_| fill(&mut Pooled::take(), &mut draws)));
    let (hits, misses) = (counts().0 - hits, counts().1 - misses);
    let mut draws = Draws::new(settings.seed);
    let mut only = TradeOrder::new();
    let kept = cost(|| {
        for _ in 0..count {
            fill(&mut only, &mut draws);
            only.reset();
        }
    });
    for (what, cost, article) in [
        ("allocated each time", plain, Some(89.0)),
        ("from the pool", pooled, Some(14.0)),
        ("one order, reset: what filling costs", kept, None),
    ] {
        let ns = each(millis(cost.time) * 1e6);
        report.row(
            what,
            vec![
                Figure {
                    name: "ns/order",
                    ours: ns,
                    article,
                },
                Figure::new("allocations/order", each(cost.allocations as f64)),
                Figure::new("bytes/order", each(cost.allocated_bytes as f64)),
            ],
        );
    }
    let ratio = plain.time.as_secs_f64() / pooled.time.as_secs_f64().max(1e-9);
    report.row(
        "ratio of both",
        vec![
            Figure::beside("times", ratio, 89.0 / 14.0),
            Figure::new("hits", hits as f64),
            Figure::new("misses", misses as f64),
        ],
    );
    report.note(
        "the article's garbage-collection column has no counterpart: nothing is collected here",
    );
    report.note(
        "a modern allocator keeps free lists of each thread itself, so little is left to gain",
    );
    report
}

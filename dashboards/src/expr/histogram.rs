//! What can be asked of a histogram.

use record::catalog::Kind;

use super::{Dimension, Expr, Form, Selector, Window, check_labels, labels_of};

impl Selector {
    /// The interpolated quantile `q` (0..1), one series for each value of the labels `by`.
    pub fn quantile(self, q: f64, window: Window, by: &[&str]) -> Expr {
        self.expect_histogram("a quantile", by);
        assert!((0.0..=1.0).contains(&q), "quantile {q} is outside 0..1");
        let keep = [&["le"], by].concat().join(", ");
        let buckets = self.text("_bucket");
        Expr {
            text: format!("histogram_quantile({q}, sum by ({keep}) (rate({buckets}[{window}])))"),
            dimension: Dimension::of(self.family),
            form: Form::Whole,
        }
    }

    /// The mean, exact, one series for each value of the labels `by`.
    pub fn mean(self, window: Window, by: &[&str]) -> Expr {
        self.expect_histogram("the mean", by);
        let total = |suffix| {
            let rate = format!("rate({}[{window}])", self.text(suffix));
            match by {
                [] => format!("sum({rate})"),
                by => format!("sum by ({}) ({rate})", by.join(", ")),
            }
        };
        Expr {
            text: format!("{} / {}", total("_sum"), total("_count")),
            dimension: Dimension::of(self.family),
            form: Form::Binary,
        }
    }

    /// How much fell into each bucket, per second: for a heat map, which reads the bounds from the label `le`.
    pub fn buckets(self, window: Window) -> Expr {
        self.expect_histogram("the buckets", &[]);
        let buckets = self.text("_bucket");
        Expr {
            text: format!("sum by (le) (rate({buckets}[{window}]))"),
            dimension: Dimension::of(self.family),
            form: Form::Whole,
        }
    }

    fn expect_histogram(&self, what: &str, by: &[&str]) {
        let name = self.family.name;
        let histogram = matches!(self.family.kind, Kind::Histogram(_));
        assert!(histogram, "{what} of {name}, which is no histogram");
        check_labels(name, &labels_of(self.family), by);
    }
}

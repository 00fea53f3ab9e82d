//! The same samples under other labels: what is known only after the window, such as how slow a request turned out to be, is put
//! in place of what was known while it ran.

use super::{Builder, Label, LabelValue, Profile, Sample};

impl Sample {
    /// The text of the label with that key.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find_map(|label| match &label.value {
            LabelValue::Text(text) if label.key == key => Some(text.as_str()),
            _ => None,
        })
    }
}

impl Profile {
    /// Gives every sample the labels that `labels` answers for it; samples that become equal are added up.
    #[must_use]
    pub fn relabelled(&self, mut labels: impl FnMut(&Sample) -> Vec<Label>) -> Self {
        self.rebuilt(|sample| Some(labels(sample)))
    }

    /// The profile of those samples that `keep` wants.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&Sample) -> bool) -> Self {
        self.rebuilt(|sample| keep(sample).then(|| sample.labels.clone()))
    }

    fn rebuilt(&self, mut labels: impl FnMut(&Sample) -> Option<Vec<Label>>) -> Self {
        let changed = self.samples.iter().filter_map(|sample| {
            labels(sample).map(|labels| Sample {
                labels,
                ..sample.clone()
            })
        });
        let changed = Self {
            samples: changed.collect(),
            ..self.clone()
        };
        let mut builder = Builder::new(self.types.clone());
        builder
            .merge(&changed)
            .expect("a profile has the columns of its copy");
        builder.header = self.header.clone();
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::ValueType;

    /// Two samples of each of three requests, and one without.
    fn by_request() -> Profile {
        let mut builder = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]);
        let stacks = ["parse", "work"].map(|name| builder.named(name));
        for request in ["r-1-0", "r-2-0", "r-3-0"] {
            for stack in stacks {
                let label = Label::text("request", request);
                builder.labelled(vec![stack], vec![label], &[10]);
            }
        }
        builder.sample(vec![stacks[0]], &[5]);
        builder.finish()
    }

    #[test]
    fn samples_of_one_band_are_added_up_and_nothing_is_lost() {
        let profile = by_request();
        let banded = profile.relabelled(|sample| match sample.label("request") {
            Some("r-3-0") => vec![Label::text("response_band", "gt_p99")],
            Some(_) => vec![Label::text("response_band", "le_p50")],
            None => vec![Label::text("response_band", "untagged")],
        });
        assert_eq!(banded.samples().len(), 5);
        assert_eq!(banded.total(0), profile.total(0));
        assert_eq!(banded.header(), profile.header());
        let slow = banded.filtered(|sample| sample.label("response_band") == Some("gt_p99"));
        assert_eq!(slow.total(0), 20);
        let usual = banded.filtered(|sample| sample.label("response_band") == Some("le_p50"));
        assert_eq!(usual.folded(0)["work"], 20);
    }

    #[test]
    fn a_profile_under_its_own_labels_is_itself() {
        let profile = by_request();
        let same = profile.relabelled(|sample| sample.labels.clone());
        assert_eq!(same, profile);
        assert_eq!(profile.filtered(|_| true), profile);
        assert!(profile.filtered(|_| false).samples().is_empty());
    }
}

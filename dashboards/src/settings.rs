//! What a user may choose about an export, checked once at the edge.
//!
//! The values end up inside quoted YAML scalars and Prometheus flags; the checks keep out what would break either.

use std::time::Duration;

use thiserror::Error;

/// Scrape more often than this and the scrapes themselves show up in the measured process.
const FASTEST_SCRAPE: Duration = Duration::from_millis(100);
/// Scrape less often than this and a rate over four scrapes says nothing about a run of minutes.
const SLOWEST_SCRAPE: Duration = Duration::from_mins(1);

/// Why a value of [`Settings`] was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// The scrape interval is outside 100 ms to 60 s or has fractions of a millisecond.
    #[error(
        "scrape interval {0:?} is not a whole number of milliseconds from 100ms to 60s, hint: 1s"
    )]
    ScrapeInterval(Duration),
    /// An address to scrape is not `host:port`.
    #[error(
        "{role} address {value:?} is not host:port with a port from 1 to 65535, hint: 127.0.0.1:6060"
    )]
    Address {
        /// Whose address: `loadtest`, `target` or `alertmanager`.
        role: &'static str,
        /// What was given.
        value: String,
    },
    /// A URL is not one.
    #[error(
        "{role} url {value:?} is not an http or https url without quotes and spaces, hint: {hint}"
    )]
    Url {
        /// Whose URL: `prometheus`, `history`, `webhook` or `artifacts`.
        role: &'static str,
        /// What was given.
        value: String,
        /// One that would do.
        hint: &'static str,
    },
}

/// How Prometheus finds generator and target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// At the two addresses of the settings, without a label `run_id`.
    Addresses,
    /// By the files that runs write into the folder `targets` beside the configuration, with the label `run_id`.
    Files,
}

/// Checked choices for [`crate::export`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    scrape_interval: Duration,
    loadtest_address: String,
    target_address: String,
    prometheus_url: String,
    history_url: String,
    alertmanager_address: String,
    alert_webhook: String,
    artifacts_url: String,
    discovery: Discovery,
    native: bool,
}

impl Default for Settings {
    /// One-second scrapes of the generator on 127.0.0.1:6061 and the target on 127.0.0.1:6060; Prometheus on
    /// <http://127.0.0.1:9090>, the one for past runs on port 9091; Alertmanager on port 9093, which tells
    /// <http://127.0.0.1:6062/alerts>; run folders at <http://127.0.0.1:6062/artifacts>.
    fn default() -> Self {
        Self {
            scrape_interval: Duration::from_secs(1),
            loadtest_address: "127.0.0.1:6061".to_owned(),
            target_address: "127.0.0.1:6060".to_owned(),
            prometheus_url: "http://127.0.0.1:9090".to_owned(),
            history_url: "http://127.0.0.1:9091".to_owned(),
            alertmanager_address: "127.0.0.1:9093".to_owned(),
            alert_webhook: "http://127.0.0.1:6062/alerts".to_owned(),
            artifacts_url: "http://127.0.0.1:6062/artifacts".to_owned(),
            discovery: Discovery::Addresses,
            native: false,
        }
    }
}

impl Settings {
    /// Sets how often Prometheus scrapes, and with it the data source's idea of the interval.
    ///
    /// # Errors
    /// [`SettingsError::ScrapeInterval`] outside 100 ms to 60 s, or with fractions of a millisecond.
    pub fn with_scrape_interval(mut self, interval: Duration) -> Result<Self, SettingsError> {
        let whole = interval.subsec_nanos().is_multiple_of(1_000_000);
        if !whole || !(FASTEST_SCRAPE..=SLOWEST_SCRAPE).contains(&interval) {
            return Err(SettingsError::ScrapeInterval(interval));
        }
        self.scrape_interval = interval;
        Ok(self)
    }

    /// Sets where the generator shows `/metrics`, as `host:port`.
    ///
    /// # Errors
    /// [`SettingsError::Address`] if it is not `host:port`.
    pub fn with_loadtest_address(mut self, address: &str) -> Result<Self, SettingsError> {
        self.loadtest_address = checked_address("loadtest", address)?;
        Ok(self)
    }

    /// Sets where the target's operations listener shows `/metrics`, as `host:port`.
    ///
    /// # Errors
    /// [`SettingsError::Address`] if it is not `host:port`.
    pub fn with_target_address(mut self, address: &str) -> Result<Self, SettingsError> {
        self.target_address = checked_address("target", address)?;
        Ok(self)
    }

    /// Sets where Grafana finds Prometheus.
    ///
    /// # Errors
    /// [`SettingsError::Url`] if it is not an `http://` or `https://` URL.
    pub fn with_prometheus_url(mut self, url: &str) -> Result<Self, SettingsError> {
        self.prometheus_url = checked_url("prometheus", url, "http://127.0.0.1:9090")?;
        Ok(self)
    }

    /// Sets where Grafana finds the Prometheus of past runs.
    ///
    /// # Errors
    /// As [`Settings::with_prometheus_url`].
    pub fn with_history_url(mut self, url: &str) -> Result<Self, SettingsError> {
        self.history_url = checked_url("history", url, "http://127.0.0.1:9091")?;
        Ok(self)
    }

    /// Sets where Prometheus finds Alertmanager, as `host:port`.
    ///
    /// # Errors
    /// [`SettingsError::Address`] if it is not `host:port`.
    pub fn with_alertmanager_address(mut self, address: &str) -> Result<Self, SettingsError> {
        self.alertmanager_address = checked_address("alertmanager", address)?;
        Ok(self)
    }

    /// Sets whom Alertmanager tells.
    ///
    /// # Errors
    /// As [`Settings::with_prometheus_url`].
    pub fn with_alert_webhook(mut self, url: &str) -> Result<Self, SettingsError> {
        self.alert_webhook = checked_url("webhook", url, "http://127.0.0.1:6062/alerts")?;
        Ok(self)
    }

    /// Sets where boards find run folders, as `loadtest view` serves them.
    ///
    /// # Errors
    /// As [`Settings::with_prometheus_url`].
    pub fn with_artifacts_url(mut self, url: &str) -> Result<Self, SettingsError> {
        self.artifacts_url = checked_url("artifacts", url, "http://127.0.0.1:6062/artifacts")?;
        Ok(self)
    }

    /// Sets how Prometheus finds generator and target.
    #[must_use]
    pub fn with_discovery(mut self, discovery: Discovery) -> Self {
        self.discovery = discovery;
        self
    }

    /// Sets whether the target's native histograms are scraped as well.
    #[must_use]
    pub fn with_native(mut self, native: bool) -> Self {
        self.native = native;
        self
    }

    /// Whether native histograms are scraped.
    pub(crate) fn native(&self) -> bool {
        self.native
    }

    /// The scrape interval as Prometheus and Grafana write it: `1s`, `500ms`.
    pub(crate) fn scrape_interval(&self) -> String {
        match self.scrape_interval.subsec_millis() {
            0 => format!("{}s", self.scrape_interval.as_secs()),
            _ => format!("{}ms", self.scrape_interval.as_millis()),
        }
    }

    /// `host:port` of the generator.
    pub(crate) fn loadtest_address(&self) -> &str {
        &self.loadtest_address
    }

    /// `host:port` of the target's operations listener.
    pub(crate) fn target_address(&self) -> &str {
        &self.target_address
    }

    /// The URL of Prometheus.
    pub(crate) fn prometheus_url(&self) -> &str {
        &self.prometheus_url
    }

    /// The URL of the Prometheus of past runs.
    pub(crate) fn history_url(&self) -> &str {
        &self.history_url
    }

    /// `host:port` of Alertmanager.
    pub(crate) fn alertmanager_address(&self) -> &str {
        &self.alertmanager_address
    }

    /// Whom Alertmanager tells.
    pub(crate) fn alert_webhook(&self) -> &str {
        &self.alert_webhook
    }

    /// Where run folders are served.
    pub(crate) fn artifacts_url(&self) -> &str {
        &self.artifacts_url
    }

    /// How Prometheus finds generator and target.
    pub(crate) fn discovery(&self) -> Discovery {
        self.discovery
    }
}

fn checked_address(role: &'static str, value: &str) -> Result<String, SettingsError> {
    let sound = value.rsplit_once(':').is_some_and(|(host, port)| {
        is_host(host) && port.bytes().all(|b| b.is_ascii_digit()) && is_port(port)
    });
    if sound {
        Ok(value.to_owned())
    } else {
        Err(SettingsError::Address {
            role,
            value: value.to_owned(),
        })
    }
}

fn is_port(port: &str) -> bool {
    port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// A name, an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return inner.parse::<core::net::Ipv6Addr>().is_ok();
    }
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !host.is_empty() && host.bytes().all(part)
}

fn checked_url(
    role: &'static str,
    value: &str,
    hint: &'static str,
) -> Result<String, SettingsError> {
    let rest = value
        .strip_prefix("http://")
        .or_else(|| value.strip_prefix("https://"));
    // `$` would be expanded as a variable by Grafana's provisioning.
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '\\' | '$' | '`');
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(plain) => {
            Ok(value.to_owned())
        }
        _ => Err(SettingsError::Url {
            role,
            value: value.to_owned(),
            hint,
        }),
    }
}

#[cfg(test)]
mod tests;

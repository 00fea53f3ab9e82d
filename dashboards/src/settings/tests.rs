use super::*;

fn interval(ms: u64) -> Result<String, SettingsError> {
    Settings::default()
        .with_scrape_interval(Duration::from_millis(ms))
        .map(|settings| settings.scrape_interval())
}

#[test]
fn an_interval_is_written_the_way_prometheus_reads_it() {
    assert_eq!(interval(1_000).as_deref(), Ok("1s"));
    assert_eq!(interval(60_000).as_deref(), Ok("60s"));
    assert_eq!(interval(100).as_deref(), Ok("100ms"));
    assert_eq!(interval(1_500).as_deref(), Ok("1500ms"));
}

#[test]
fn an_interval_outside_the_bounds_is_refused() {
    for refused in [0, 99, 60_001] {
        assert!(interval(refused).is_err(), "{refused} ms");
    }
    let fraction = Duration::from_micros(1_000_500);
    assert_eq!(
        Settings::default().with_scrape_interval(fraction),
        Err(SettingsError::ScrapeInterval(fraction))
    );
}

#[test]
fn addresses_are_host_and_port() {
    for good in [
        "127.0.0.1:6061",
        "localhost:1",
        "[::1]:65535",
        "my-host_1.example:80",
    ] {
        assert!(
            Settings::default().with_loadtest_address(good).is_ok(),
            "{good}"
        );
        assert!(
            Settings::default().with_target_address(good).is_ok(),
            "{good}"
        );
    }
    for bad in [
        "",
        ":80",
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "a b:80",
        "h\":80",
        "::1:80",
        "[::g]:80",
        "http://h:80",
        "h:+80",
        "h\n:80",
    ] {
        let error = Settings::default().with_target_address(bad).expect_err(bad);
        assert!(error.to_string().contains("target"), "{error}");
        assert!(error.to_string().contains(&format!("{bad:?}")), "{error}");
    }
}

#[test]
fn urls_are_http_and_safe_to_quote() {
    for good in [
        "http://127.0.0.1:9090",
        "https://prometheus.example/prefix/",
    ] {
        assert!(
            Settings::default().with_prometheus_url(good).is_ok(),
            "{good}"
        );
    }
    for bad in [
        "",
        "127.0.0.1:9090",
        "ftp://h",
        "http://",
        "http:///x",
        "http://h/\"",
        "http://$HOME",
        "http://a b",
    ] {
        assert!(
            Settings::default().with_prometheus_url(bad).is_err(),
            "{bad}"
        );
    }
}

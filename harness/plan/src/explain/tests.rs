#![allow(clippy::unwrap_used, reason = "tests")]
use crate::parse;
use expect_test::expect;

#[test]
fn the_starting_plan_says_what_it_does() {
    let plan =
        parse::plan_with(crate::template(), "plan.toml", crate::Overrides::default()).unwrap();
    expect![[r#"
        a shop: partly-open, Poisson, 50 arrivals/s for 30 s after a warm-up that ends when it is steady, 60 s at most = about 1 500 arrivals, up to 256 in flight, seed 42
        target: http://127.0.0.1:8080, client auto, a request is given up after 5 s
        scenario buy: 75.0 %, 3 steps, keeps cookies
          login: POST /login, body of about 53 bytes, checks: 2, keeps token, expected to take 0.02 s, then thinks 0.1 s to 0.5 s
          order: POST /orders, body of about 56 bytes, checks: 2, keeps order, expected to take 0.02 s
          read_order: GET /orders/${order}, checks: 3
        scenario look: 25.0 %, 1 step
          search: GET /products?name=${products.value}, must be 2xx
        feeder products: 3 values, zipf(0.99)
        variable currency = "EUR"
        threshold: p99 < 200ms
        threshold: response_time{step=order}: p(99.9) < 500ms
        threshold: error_ratio < 1% over 10s, stops the run once broken for 5 s
        goodput: committed within 0.2 s
        memory: about 4.0 MB for 256 connections, and 2.1 MB of histograms for each processor, spare and total set
    "#]].assert_eq(&plan.explain());
}

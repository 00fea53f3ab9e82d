//! The interface as it is documented: every operation, asked rightly and wrongly, answers what the document says.

use crate::server::{Server, id, options};
use crate::webhooks::{by_article, deposit};
use engine::Options;
use engine::amount::Amount;
use engine::ledger::{AccountId, Command, CommandId, CommandRecord};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";
const RAW: &str = "application/octet-stream";

/// The document, and what was answered so far.
struct Api {
    server: Server,
    document: Value,
    /// Statuses by operation.
    seen: BTreeMap<(String, String), BTreeSet<u16>>,
}

/// A request to one operation.
struct Call<'a> {
    method: &'a str,
    /// As in the document.
    path: &'a str,
    /// With its values.
    target: String,
    request: RequestBuilder,
    body: Option<(&'a str, Vec<u8>)>,
    status: u16,
}

impl Api {
    async fn start(options: Options) -> Self {
        let server = Server::start_with(options);
        let (_, document) = server.get("/openapi.json").await;
        Self {
            server,
            document,
            seen: BTreeMap::new(),
        }
    }

    /// A request with the operator's token; `{}` in the path becomes `value`.
    fn call<'a>(&self, method: &'a str, path: &'a str, value: &str, status: u16) -> Call<'a> {
        let begin = path.find('{').unwrap_or(path.len());
        let end = path.find('}').map_or(path.len(), |end| end + 1);
        let target = format!("{}{value}{}", &path[..begin], &path[end..]);
        let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        Call {
            request: self.server.request(verb, &target).bearer_auth("secret"),
            method,
            path,
            target,
            body: None,
            status,
        }
    }

    async fn send(&mut self, mut call: Call<'_>) {
        let operation = &self.document["paths"][call.path][call.method];
        assert!(operation.is_object(), "{} {}", call.method, call.path);
        if let Some((form, body)) = call.body.take() {
            let content = &operation["requestBody"]["content"][form];
            assert!(content.is_object(), "{}: {form}", call.target);
            if form == JSON && call.status < 300 {
                let body = serde_json::from_slice(&body).unwrap();
                self.validate(&content["schema"], &body, &call.target);
            }
            call.request = call.request.header("content-type", form).body(body);
        }
        let response = call.request.send().await.unwrap();
        let status = response.status().as_u16();
        let form = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = response.bytes().await.unwrap();
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, call.status, "{}: {shown}", call.target);
        let answer = &operation["responses"][status.to_string()];
        assert!(
            answer.is_object(),
            "{}: {status} is not documented",
            call.target
        );
        let content = &answer["content"][&form];
        assert!(
            content.is_object(),
            "{}: {status} in {form} is not documented",
            call.target
        );
        if form.ends_with("json") && form != "application/x-ndjson" {
            let body = serde_json::from_slice(&body).unwrap();
            self.validate(&content["schema"], &body, &call.target);
        }
        let key = (call.method.to_owned(), call.path.to_owned());
        self.seen.entry(key).or_default().insert(status);
    }

    fn validate(&self, schema: &Value, body: &Value, what: &str) {
        let schema = json!({"allOf": [schema], "components": self.document["components"]});
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {body}\n{}", errors.join("\n"));
    }

    async fn get(&mut self, path: &str, value: &str, query: &str, status: u16) {
        let mut call = self.call("get", path, value, status);
        let target = format!("{}{query}", call.target);
        call.request = self
            .server
            .request(Method::GET, &target)
            .bearer_auth("secret");
        self.send(call).await;
    }

    async fn post(&mut self, path: &str, body: &Value, status: u16) {
        self.post_to(path, "", body, status).await;
    }

    async fn post_to(&mut self, path: &str, value: &str, body: &Value, status: u16) {
        let mut call = self.call("post", path, value, status);
        call.body = Some((JSON, body.to_string().into_bytes()));
        self.send(call).await;
    }

    async fn post_form(&mut self, path: &str, value: &str, form: &str, body: Vec<u8>, status: u16) {
        let mut call = self.call("post", path, value, status);
        call.body = Some((form, body));
        self.send(call).await;
    }
}

fn served() -> Options {
    Options {
        operator_token: Some("secret".to_owned()),
        webhooks: vec!["exchange=article:key".parse().unwrap()],
        ..options()
    }
}

fn record(command: &Command) -> Vec<u8> {
    CommandRecord::new(command).bytes().to_vec()
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

/// Protobuf of a message with length-delimited fields only.
fn protobuf(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let field =
        |(number, bytes): &(u8, &[u8])| [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat();
    fields.iter().flat_map(field).collect()
}

fn transfer_message(key: u128, debit: u128, credit: u128, units: u128) -> Vec<u8> {
    let [key, debit, credit, units] = [key, debit, credit, units].map(u128::to_le_bytes);
    protobuf(&[(1, &key), (3, &debit), (4, &credit), (5, &units)])
}

async fn accounts(api: &mut Api) {
    api.post(
        "/v1/accounts",
        &json!({"id": id(1), "kyc_level": 2, "jurisdiction": "DE"}),
        201,
    )
    .await;
    api.post(
        "/v1/accounts",
        &json!({"id": id(1), "kyc_level": 2, "jurisdiction": "DE"}),
        200,
    )
    .await;
    for account in 2..5 {
        api.post("/v1/accounts", &json!({"id": id(account)}), 201)
            .await;
    }
    api.post("/v1/accounts", &json!({"id": "x"}), 400).await;
    api.post("/v1/accounts", &json!({"id": id(1)}), 409).await;
    api.post_form(
        "/v1/accounts",
        "",
        RAW,
        record(&Command::open(CommandId::new(9), AccountId::new(9))),
        200,
    )
    .await;
    for (key, status) in [(50, 200), (51, 400)] {
        let mut call = api.call("put", "/v1/accounts/{id}/kyc", &id(2), status);
        let level = if status == 200 { 1 } else { 7 };
        let body = json!({"id": id(key), "kyc_level": level, "jurisdiction": "FR"});
        call.body = Some((JSON, body.to_string().into_bytes()));
        api.send(call).await;
    }
    api.get("/v1/accounts", "", "?limit=2", 200).await;
    api.get("/v1/accounts", "", &format!("?after={}", id(1)), 200)
        .await;
    api.get("/v1/accounts", "", "?limit=0", 400).await;
    api.get("/v1/accounts/{id}", &id(1), "", 200).await;
    api.get("/v1/accounts/{id}", &id(99), "", 404).await;
    api.get("/v1/accounts/{id}", "x", "", 400).await;
}

async fn commands(api: &mut Api) {
    let one = |key: u128, more: Value| {
        let mut body = json!({"id": id(key), "account": id(1)});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    api.post(
        "/v1/mints",
        &one(100, json!({"amount": "1000.5", "chain": "eth"})),
        200,
    )
    .await;
    api.post(
        "/v1/mints",
        &one(101, json!({"amount": "999999999999999999"})),
        422,
    )
    .await;
    api.post("/v1/mints", &one(102, json!({"amount": 1})), 400)
        .await;
    api.post("/v1/burns", &one(110, json!({"amount": "0.5"})), 200)
        .await;
    api.post("/v1/burns", &one(111, json!({"amount": "99999"})), 422)
        .await;
    api.post(
        "/v1/freezes",
        &one(120, json!({"amount": "10", "reference": id(7)})),
        200,
    )
    .await;
    api.post(
        "/v1/freezes",
        &one(121, json!({"whole": true, "amount": "1"})),
        400,
    )
    .await;
    api.post(
        "/v1/freezes",
        &json!({"id": id(122), "account": id(4), "whole": true}),
        200,
    )
    .await;
    api.post("/v1/unfreezes", &one(130, json!({"amount": "1"})), 200)
        .await;
    api.post("/v1/unfreezes", &one(131, json!({"amount": "500"})), 422)
        .await;
    let sides = |key: u128, credit: u128, amount: &str| json!({"id": id(key), "debit": id(1), "credit": id(credit), "amount": amount});
    api.post("/v1/transfers", &sides(140, 2, "5"), 200).await;
    api.post("/v1/transfers", &sides(140, 2, "6"), 409).await;
    api.post("/v1/transfers", &sides(141, 99, "5"), 404).await;
    api.post("/v1/transfers", &sides(142, 4, "5"), 403).await;
    api.post("/v1/transfers", &sides(143, 2, "5000"), 422).await;
    api.post("/v1/transfers", &sides(144, 1, "5"), 400).await;
    api.post(
        "/v1/transfers",
        &json!({"padding": "x".repeat(70_000)}),
        413,
    )
    .await;
}

async fn in_other_forms(api: &mut Api) {
    api.post_form(
        "/v1/transfers",
        "",
        PROTOBUF,
        transfer_message(145, 1, 2, 5),
        200,
    )
    .await;
    api.post_form(
        "/v1/transfers",
        "",
        PROTOBUF,
        transfer_message(146, 98, 2, 5),
        404,
    )
    .await;
    api.post_form("/v1/transfers", "", PROTOBUF, vec![0xff], 400)
        .await;
    let command = Command::transfer(
        CommandId::new(147),
        AccountId::new(1),
        AccountId::new(2),
        amount("1"),
    );
    api.post_form("/v1/transfers", "", RAW, record(&command), 200)
        .await;
    api.post_form("/v1/transfers", "", RAW, vec![0; 127], 400)
        .await;
    let wrong = Command::transfer(
        CommandId::new(148),
        AccountId::new(1),
        AccountId::new(4),
        amount("1"),
    );
    api.post_form("/v1/transfers", "", RAW, record(&wrong), 403)
        .await;
    api.get("/v1/transfers/{id}", &id(140), "", 200).await;
    api.get("/v1/transfers/{id}", &id(122), "", 200).await;
    api.get("/v1/transfers/{id}", &id(999), "", 404).await;
}

async fn more_commands(api: &mut Api) {
    let approval =
        json!({"id": id(150), "owner": id(1), "spender": id(3), "amount": "7", "expected": "0"});
    api.post("/v1/allowances", &approval, 200).await;
    api.post(
        "/v1/allowances",
        &json!({"id": id(151), "owner": id(1), "spender": id(2), "unlimited": true}),
        200,
    )
    .await;
    api.post(
        "/v1/allowances",
        &json!({"id": id(152), "owner": id(1), "spender": id(3), "amount": "9", "expected": "3"}),
        409,
    )
    .await;
    for spender in [2, 3] {
        let query = format!("?owner={}&spender={}", id(1), id(spender));
        api.get("/v1/allowances", "", &query, 200).await;
    }
    api.get("/v1/allowances", "", "", 400).await;
    api.get(
        "/v1/allowances",
        "",
        &format!("?owner={}&spender={}", id(99), id(3)),
        404,
    )
    .await;
    api.post(
        "/v1/commands",
        &json!({"kind": "close", "id": id(160), "account": id(3)}),
        200,
    )
    .await;
    api.post(
        "/v1/commands",
        &json!({"kind": "expire", "id": id(161)}),
        400,
    )
    .await;
    api.post("/v1/commands", &json!({"id": id(161)}), 400).await;
}

async fn holds(api: &mut Api) {
    let hold = |key: u128, amount: &str| json!({"id": id(key), "debit": id(1), "credit": id(2), "amount": amount, "timeout_s": 600});
    for key in 200..203 {
        api.post("/v1/holds", &hold(key, "4"), 200).await;
    }
    api.post("/v1/holds", &hold(203, "4000"), 422).await;
    api.post_to(
        "/v1/holds/{id}/post",
        &id(200),
        &json!({"id": id(210), "amount": "1.5"}),
        200,
    )
    .await;
    api.post_to(
        "/v1/holds/{id}/post",
        &id(200),
        &json!({"id": id(211), "all": true}),
        409,
    )
    .await;
    api.post_to(
        "/v1/holds/{id}/void",
        &id(201),
        &json!({"id": id(212)}),
        200,
    )
    .await;
    api.post_to(
        "/v1/holds/{id}/void",
        &id(299),
        &json!({"id": id(213)}),
        404,
    )
    .await;
    for key in 200..203 {
        api.get("/v1/holds/{id}", &id(key), "", 200).await;
    }
    api.get("/v1/holds/{id}", &id(299), "", 404).await;
    api.get("/v1/accounts/{id}", &id(1), "", 200).await;
    api.get("/v1/accounts/{id}/statement", &id(1), "", 200)
        .await;
    api.get("/v1/accounts/{id}/statement", &id(1), "?limit=1", 200)
        .await;
    api.get("/v1/accounts/{id}/statement", &id(99), "", 404)
        .await;
    api.get("/v1/accounts/{id}/statement", &id(1), "?before=999", 400)
        .await;
}

async fn many(api: &mut Api) {
    let member = |key: u128, amount: &str| json!({"kind": "transfer", "id": id(key), "debit": id(1), "credit": id(2), "amount": amount});
    let batch = json!([member(300, "1"), member(300, "1"), member(300, "2"), member(301, "5000"), {"kind": "close", "id": id(302), "account": id(1), "whole": true}]);
    api.post_form("/v1/batch", "", JSON, batch.to_string().into_bytes(), 200)
        .await;
    api.post("/v1/batch", &json!({"kind": "transfer"}), 400)
        .await;
    let command = Command::transfer(
        CommandId::new(310),
        AccountId::new(1),
        AccountId::new(2),
        amount("1"),
    );
    api.post_form(
        "/v1/batch",
        "",
        RAW,
        [record(&command), record(&command)].concat(),
        200,
    )
    .await;
    api.post_form("/v1/batch", "", RAW, vec![0; 100], 400).await;
    api.post_form("/v1/batch", "", RAW, vec![0; 1024 * 1024 + 128], 413)
        .await;
    // Its kind stands in the message: field 2, a number.
    let message = [transfer_message(311, 1, 2, 5), vec![0x10, 3]].concat();
    api.post_form("/v1/batch", "", PROTOBUF, protobuf(&[(1, &message)]), 200)
        .await;
    api.post_form("/v1/batch", "", PROTOBUF, vec![0xff], 400)
        .await;
    let to = json!([{"account": id(2), "weight": 1}, {"account": id(4), "weight": 2}]);
    let airdrop = json!({"id": id(320), "source": id(1), "total": "3", "to": to});
    api.post("/v1/airdrops", &airdrop, 200).await;
    api.post(
        "/v1/airdrops",
        &json!({"id": id(321), "source": id(1), "to": []}),
        400,
    )
    .await;
    api.post(
        "/v1/airdrops",
        &json!({"id": id(322), "source": id(1), "each": "5000", "to": [{"account": id(2)}]}),
        422,
    )
    .await;
    for (key, status) in [(320, 200), (322, 200), (329, 404)] {
        api.get("/v1/airdrops/{id}", &id(key), "", status).await;
    }
}

async fn others(api: &mut Api) {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    for (body, seconds, status) in [
        (deposit("e-1", 1, "1"), seconds, 200),
        (deposit("e-1", 1, "1"), seconds - 1, 200),
        (deposit("e-2", 99, "1"), seconds, 200),
        (deposit("e-1", 1, "2"), seconds, 409),
        (deposit("e-3", 1, "2"), seconds - 999, 400),
        ("[]".to_owned(), seconds, 400),
    ] {
        let mut call = api.call("post", "/v1/webhooks/{provider}", "exchange", status);
        call.request = by_article(call.request, &body, seconds);
        api.send(call).await;
    }
    let body: Value = serde_json::from_str(&deposit("e-4", 1, "1")).unwrap();
    api.post_to("/v1/webhooks/{provider}", "nobody", &body, 404)
        .await;
    let mut forged = api.call("post", "/v1/webhooks/{provider}", "exchange", 401);
    forged.request = by_article(forged.request, "{}", seconds).body("{ }");
    api.send(forged).await;
    for (query, status) in [
        ("", 200),
        ("?limit=3", 200),
        ("?from=4&limit=1", 200),
        ("?from=0", 400),
    ] {
        api.get("/v1/journal", "", query, status).await;
    }
    api.get("/v1/audit/totals", "", "", 200).await;
    api.get("/v1/audit/totals", "", "?at=1", 400).await;
    api.get("/v1/regulator/export", "", "", 200).await;
    api.get(
        "/v1/regulator/export",
        "",
        "?kinds=mint&from=2026-01-01&to=2026-01-01T00:00:00.5Z",
        200,
    )
    .await;
    api.get("/v1/regulator/export", "", "?to=soon", 400).await;
    for path in ["/v1/info", "/healthz", "/openapi.json"] {
        api.get(path, "", "", 200).await;
    }
    for path in ["/v1/info", "/openapi.json"] {
        api.get(path, "", "?verbose", 400).await;
    }
}

/// What only a holder, or a stranger, is answered.
async fn without_token(api: &mut Api) {
    let freeze = json!({"id": id(401), "account": id(1), "amount": "1"}).to_string();
    for (path, token, body, status) in [
        ("/v1/freezes", None, &freeze, 401),
        ("/v1/freezes", Some("wrong"), &freeze, 401),
        ("/v1/transfers", Some("wrong"), &freeze, 401),
        ("/v1/batch", Some("wrong"), &freeze, 401),
        ("/v1/airdrops", Some("wrong"), &freeze, 401),
    ] {
        let mut call = api.call("post", path, "", status);
        let request = api.server.request(Method::POST, path);
        call.request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        call.body = Some((JSON, body.clone().into_bytes()));
        api.send(call).await;
    }
    let mut call = api.call("get", "/v1/regulator/export", "", 401);
    call.request = api.server.request(Method::GET, "/v1/regulator/export");
    api.send(call).await;
}

#[tokio::test]
async fn every_operation_answers_as_it_is_documented() {
    let mut api = Api::start(served()).await;
    accounts(&mut api).await;
    commands(&mut api).await;
    in_other_forms(&mut api).await;
    more_commands(&mut api).await;
    holds(&mut api).await;
    many(&mut api).await;
    others(&mut api).await;
    without_token(&mut api).await;
    for (path, methods) in api.document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let key = (method.clone(), path.clone());
            let seen = api
                .seen
                .get(&key)
                .unwrap_or_else(|| panic!("{method} {path} was not asked"));
            assert!(
                seen.iter().any(|status| *status < 300),
                "{method} {path}: {seen:?}"
            );
            let refused = seen.iter().any(|status| *status >= 400);
            // Nothing that is asked of it is wrong.
            assert!(refused || path == "/healthz", "{method} {path}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn the_document_leads_to_every_path() {
    let server = Server::start();
    let (_, document) = server.get("/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let target = path.replace("{id}", &id(1)).replace("{provider}", "nobody");
            let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let response = server.request(verb, &target).send().await.unwrap();
            assert_ne!(response.status().as_u16(), 405, "{method} {path}");
            let body = response.text().await.unwrap();
            assert!(!body.contains("route_unknown"), "{method} {path}");
        }
    }
}

//! Every operation: what it takes, what it answers. One entry for each method of each route.

use super::schemas;
use serde_json::{Value, json};

/// One method of one path.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: Vec<Parameter>,
    pub(super) body: Body,
    pub(super) access: Access,
    pub(super) ok: Vec<(u16, Content)>,
    pub(super) refusals: Vec<u16>,
}

/// A value of the query.
#[derive(Debug)]
pub(super) struct Parameter {
    name: &'static str,
    schema: &'static str,
    is_required: bool,
    description: &'static str,
}

impl Parameter {
    pub(super) fn in_query(&self) -> Value {
        json!({
            "name": self.name,
            "in": "query",
            "required": self.is_required,
            "description": self.description,
            "schema": schemas::reference(self.schema),
        })
    }
}

/// What a request carries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// One command, in every form; JSON of that schema.
    Command(&'static str),
    /// Commands, in every form.
    Batch,
    /// JSON of that schema only.
    Json(&'static str),
    /// A provider's payload.
    Delivery,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    Anybody,
    /// Everybody, but some commands take the operator's token.
    Sender,
    /// The operator.
    Operator,
    /// Whoever has the provider's secret.
    Provider,
}

/// What is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content {
    /// JSON of that schema, and the other forms where the request has them.
    Answer(&'static str),
    /// JSON of that schema, whatever the form of the request.
    Json(&'static str),
    /// An export.
    Export,
}

/// What every operation may be refused with: the ledger stopped, or is about to.
const SERVICE: [u16; 2] = [500, 503];
const COMMAND: [u16; 8] = [400, 401, 403, 404, 409, 413, 422, 429];

impl Operation {
    fn new(
        method: &'static str,
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            id,
            tag,
            summary,
            query: Vec::new(),
            body: Body::None,
            access: Access::Anybody,
            ok: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// A read that answers JSON of that schema.
    fn read(
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        answer: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::new("get", path, id, tag, summary)
            .answers(200, Content::Json(answer))
            .refuses(&[400])
            .refuses(&SERVICE)
    }

    /// A command of one kind whose body has that schema.
    fn command(
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        body: &'static str,
        summary: &'static str,
    ) -> Self {
        let mut operation = Self::new("post", path, id, tag, summary)
            .answers(200, Content::Answer("CommandAnswer"))
            .refuses(&COMMAND)
            .refuses(&SERVICE);
        operation.body = Body::Command(body);
        operation.access = Access::Sender;
        operation
    }

    fn answers(mut self, status: u16, content: Content) -> Self {
        self.ok.retain(|(known, _)| *known != status);
        self.ok.push((status, content));
        self
    }

    fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }

    fn takes(
        mut self,
        name: &'static str,
        schema: &'static str,
        description: &'static str,
    ) -> Self {
        self.query.push(Parameter {
            name,
            schema,
            is_required: false,
            description,
        });
        self
    }

    fn needs(
        mut self,
        name: &'static str,
        schema: &'static str,
        description: &'static str,
    ) -> Self {
        self = self.takes(name, schema, description);
        if let Some(parameter) = self.query.last_mut() {
            parameter.is_required = true;
        }
        self
    }
}

/// All of them, in the order of the routes.
pub(super) fn operations() -> Vec<Operation> {
    let mut all = accounts();
    all.extend(commands());
    all.extend(holds());
    all.extend(many());
    all.extend(others());
    all
}

const LIMIT: (&str, &str, &str) = ("limit", "Limit", "The most rows of the page");

fn accounts() -> Vec<Operation> {
    let (limit, count, rows) = LIMIT;
    let read = |path, id, answer, summary| Operation::read(path, id, "accounts", answer, summary);
    let command = |path, id, body, summary| Operation::command(path, id, "accounts", body, summary);
    let mut kyc = command(
        "/v1/accounts/{id}/kyc",
        "setKyc",
        "SetKyc",
        "Say what is known about an account's holder",
    );
    kyc.method = "put";
    vec![
        read(
            "/v1/accounts",
            "listAccounts",
            "Accounts",
            "Accounts in order of id",
        )
        .takes("after", "Id", "The account behind which the page starts")
        .takes(limit, count, rows),
        command("/v1/accounts", "openAccount", "Open", "Open an account")
            .answers(201, Content::Json("OpenAnswer"))
            .answers(200, Content::Answer("OpenAnswer")),
        read("/v1/accounts/{id}", "readAccount", "Account", "One account")
            .takes("consistency", "Consistency", "Whether a cache may answer")
            .refuses(&[404]),
        read(
            "/v1/accounts/{id}/statement",
            "readStatement",
            "Statement",
            "An account's movements, newest first",
        )
        .takes(
            "before",
            "Sequence",
            "The movement before which the page starts",
        )
        .takes(limit, count, rows)
        .refuses(&[404]),
        kyc,
    ]
}

fn commands() -> Vec<Operation> {
    let command = |path, id, body, summary| Operation::command(path, id, "commands", body, summary);
    vec![
        command(
            "/v1/mints",
            "mint",
            "Mint",
            "Create units; takes an operator",
        ),
        command(
            "/v1/burns",
            "burn",
            "Burn",
            "Destroy units; frozen ones take an operator",
        ),
        command(
            "/v1/freezes",
            "freeze",
            "Freeze",
            "Make units unusable by their holder; takes an operator",
        ),
        command(
            "/v1/unfreezes",
            "unfreeze",
            "Freeze",
            "Make frozen units usable again; takes an operator",
        ),
        command(
            "/v1/transfers",
            "transfer",
            "Transfer",
            "Move units, one's own or by allowance",
        ),
        Operation::read(
            "/v1/transfers/{id}",
            "readOutcome",
            "commands",
            "Entry",
            "What became of the command of that id, whatever its kind",
        )
        .refuses(&[404]),
        Operation::read(
            "/v1/allowances",
            "readAllowance",
            "commands",
            "Allowance",
            "What a spender may move",
        )
        .needs("owner", "Id", "Who allows")
        .needs("spender", "Id", "Who is allowed")
        .refuses(&[404]),
        command(
            "/v1/allowances",
            "approve",
            "Approve",
            "Let a spender move one's units",
        ),
        command(
            "/v1/commands",
            "command",
            "Command",
            "A command of any kind, which the body says",
        ),
    ]
}

fn holds() -> Vec<Operation> {
    let command = |path, id, body, summary| Operation::command(path, id, "holds", body, summary);
    vec![
        command(
            "/v1/holds",
            "hold",
            "HoldRequest",
            "Reserve units for a transfer",
        ),
        Operation::read("/v1/holds/{id}", "readHold", "holds", "Hold", "One hold").refuses(&[404]),
        command(
            "/v1/holds/{id}/post",
            "postHold",
            "Post",
            "Move what a hold reserves, or a part of it",
        ),
        command(
            "/v1/holds/{id}/void",
            "voidHold",
            "Void",
            "Release what a hold reserves",
        ),
    ]
}

fn many() -> Vec<Operation> {
    let post = |path, id, summary| {
        Operation::new("post", path, id, "many", summary)
            .refuses(&[400, 401, 413, 429])
            .refuses(&SERVICE)
    };
    let mut batch = post(
        "/v1/batch",
        "batch",
        "Up to 8192 commands in order; each is answered in its place",
    )
    .answers(200, Content::Answer("BatchAnswer"));
    batch.body = Body::Batch;
    batch.access = Access::Sender;
    let mut airdrop = post(
        "/v1/airdrops",
        "airdrop",
        "Many transfers out of one account; takes an operator",
    )
    .answers(200, Content::Json("AirdropAnswer"))
    .refuses(&[403, 404, 409, 415, 422]);
    airdrop.body = Body::Json("Airdrop");
    airdrop.access = Access::Operator;
    let state = Operation::read(
        "/v1/airdrops/{id}",
        "readAirdrop",
        "many",
        "AirdropState",
        "How far an airdrop is",
    );
    vec![batch, airdrop, state.refuses(&[404])]
}

fn others() -> Vec<Operation> {
    let (limit, count, rows) = LIMIT;
    let audit = |path, id, answer, summary| Operation::read(path, id, "audit", answer, summary);
    let service = |path, id, answer, summary| Operation::read(path, id, "service", answer, summary);
    let mut webhook = Operation::new(
        "post",
        "/v1/webhooks/{provider}",
        "deliver",
        "webhooks",
        "A deposit or redemption elsewhere: credited or destroyed once, however often it is delivered or signed",
    )
    .answers(200, Content::Json("DeliveryAnswer"))
    .refuses(&[400, 401, 404, 409, 413, 429])
    .refuses(&SERVICE);
    webhook.body = Body::Delivery;
    webhook.access = Access::Provider;
    let mut export = audit(
        "/v1/regulator/export",
        "export",
        "Entry",
        "Operations of some kinds in a period, with what proves them; checked by `engine verify-export`",
    )
    .answers(200, Content::Export)
    .takes("kinds", "Kinds", "Kinds separated by commas; freeze,unfreeze if none are named")
    .takes("from", "Moment", "From when on")
    .takes("to", "Moment", "Until before when")
    .refuses(&[401, 409]);
    export.access = Access::Operator;
    vec![
        webhook,
        audit(
            "/v1/journal",
            "readJournal",
            "Journal",
            "Recorded commands in order, refusals included",
        )
        .takes("from", "Sequence", "The first place of the page")
        .takes(limit, count, rows),
        audit(
            "/v1/audit/totals",
            "readTotals",
            "Totals",
            "Exact sums over all accounts",
        ),
        export,
        service("/v1/info", "readInfo", "Info", "What is running"),
        service(
            "/healthz",
            "readHealth",
            "Health",
            "Whether the ledger answers",
        ),
        service("/openapi.json", "readDocument", "Document", "This document"),
    ]
}

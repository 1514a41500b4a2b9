//! `rules`: who may do what with which objects, and how their links look.

use presign_core::{HumanDuration, Operation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One rule. The first rule that matches decides; what no rule matches is refused.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "name": "debug-samples", "match": {"glob": "s3://ml-artifacts/**/metrics/**"}, "backend": "aws", "ttl": "1h",
    "allow": {"roles": ["admin", "user"]},
}]))]
pub struct RuleConfig {
    /// The rule's name, which no other rule has: in metrics, logs, audit records and the `X-Presign-Rule` header.
    pub name: String,
    /// Which objects the rule is about.
    #[serde(rename = "match")]
    pub matcher: MatchConfig,
    /// What may be done with them: the methods that a link may be for.
    #[serde(default = "default_methods")]
    pub methods: Vec<Operation>,
    /// Who may do it; everybody who is authenticated, when there is no `allow`.
    #[serde(default)]
    pub allow: Option<PrincipalsConfig>,
    /// Who may not, whatever `allow` says.
    #[serde(default)]
    pub deny: Option<PrincipalsConfig>,
    /// The backend that signs, by its name in `backends`. A rule without one refuses what it matches.
    #[serde(default)]
    pub backend: Option<String>,
    /// The life of the links: the most of it. A link may end sooner ([what bounds it](lifetime.md)), and a caller may ask
    /// for less. By default `signing.default_ttl`.
    #[serde(default)]
    pub ttl: Option<HumanDuration>,
    /// Headers that the store shall send.
    #[serde(default)]
    pub response: ResponseConfig,
    /// Another bucket or prefix than the URL names.
    #[serde(default)]
    pub rewrite: Option<RewriteConfig>,
    /// Ask the store whether the object exists, and answer 404 when it does not: one more request for each link to read.
    #[serde(default)]
    pub check_exists: bool,
    /// How the bytes reach the client.
    #[serde(default)]
    pub delivery: Delivery,
}

/// Which objects a rule is about. All that is given has to match; at least one thing is given.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MatchConfig {
    /// A glob over the storage URL: `*` and `?` do not cross `/`, `**` does; also `[a-z]`, `[!a-z]` and `{a,b}`.
    #[schemars(extend("examples" = ["s3://ml-artifacts/**/metrics/**"]))]
    pub glob: Option<OneOrMany>,
    /// A regular expression over the whole storage URL: `^` and `$` are implied.
    #[schemars(extend("examples" = ["s3://ml-(dev|prod)/.*"]))]
    pub regex: Option<OneOrMany>,
    /// The bucket's (Azure: the container's) name, whole.
    pub bucket: Option<String>,
    /// What the key starts with, to a `/`: `data` matches `data` and `data/x`, not `data-private/x`.
    pub prefix: Option<String>,
    /// The `match_sets` of a ClearML presign service, as they stand.
    pub match_sets: Option<Vec<MatchSet>>,
}

/// One text or several; one of several has to match.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
#[schemars(title = "text or texts")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// A ClearML match set: all of its rules have to match.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchSet {
    /// The rules, all of which have to match.
    pub rules: Vec<MatchSetRule>,
}

/// A rule of a ClearML match set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchSetRule {
    /// The field of the object that holds the URL. Only the empty one (the URL itself) is known here.
    #[serde(default)]
    pub field: String,
    /// The type of the object that holds the URL. Only the empty one (any) is known here.
    #[serde(default)]
    pub obj_type: String,
    /// A regular expression that is searched for in the URL.
    pub regex: String,
}

/// Some callers. A caller is among them when one of the lists names it; `*` in a list names all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"roles": ["admin", "user"]}]))]
pub struct PrincipalsConfig {
    /// Ids of users, as ClearML has them: not names.
    pub users: Vec<String>,
    /// Ids of companies, which ClearML also calls workspaces or tenants.
    pub companies: Vec<String>,
    /// Roles, such as `user`, `admin` or `guest`.
    pub roles: Vec<String>,
}

/// Headers that the store shall send.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"inline_unsafe": "attachment"}]))]
pub struct ResponseConfig {
    /// `Content-Disposition`: `inline`, `attachment`, or a whole value. The first two get the object's file name.
    pub content_disposition: Option<String>,
    /// `Content-Type`, in place of the one that the object is stored with.
    #[schemars(extend("examples" = ["text/plain; charset=utf-8"]))]
    pub content_type: Option<String>,
    /// `Cache-Control`, in place of the one that the object is stored with. Google Cloud Storage cannot.
    #[schemars(extend("examples" = ["private, max-age=3600"]))]
    pub cache_control: Option<String>,
    /// What to do with types that a browser runs (html, svg, xml, js).
    pub inline_unsafe: InlineUnsafe,
}

/// What to do with objects that a browser would run as a page or script of the store's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InlineUnsafe {
    /// Nothing: the store's host is not the app's.
    #[default]
    Allow,
    /// Send them as a download.
    Attachment,
}

/// Another place than the URL names.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"bucket": "ml-artifacts-eu", "prefix": "moved/"}]))]
pub struct RewriteConfig {
    /// The bucket (Azure: the container) to use instead.
    pub bucket: Option<String>,
    /// What stands in place of the rule's `match.prefix`; before the whole key, where the rule has no prefix.
    pub prefix: Option<String>,
}

/// How the bytes reach the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The client is sent to the store.
    #[default]
    Redirect,
    /// Through the gateway: for stores that clients do not reach. Such a rule gives no links away.
    Stream,
    /// Through the gateway for pages' scripts (`Sec-Fetch-Mode: cors`), for which the store would need CORS settings;
    /// everybody else is sent to the store.
    Auto,
}

impl OneOrMany {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

fn default_methods() -> Vec<Operation> {
    vec![Operation::Get, Operation::Head]
}

//! The methods of paths that name no object.

use super::{routes::BATCH, ui, uploads::Action};
use crate::{endpoints::EndpointTable, request::FilesServer};

/// The methods that the gateway has an answer to at a path of its own; `None` where the path is none.
pub(super) fn of(path: &str, endpoints: &EndpointTable) -> Option<&'static str> {
    match path {
        BATCH => Some("POST"),
        ui::PATH => Some("GET, HEAD"),
        _ if Action::at(path).is_some() || FilesServer::of_deletions(path).is_some() => Some("POST"),
        _ => FilesServer::is_bucket(path, endpoints).then_some("GET, HEAD, POST"),
    }
}

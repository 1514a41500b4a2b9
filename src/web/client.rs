//! The client's address, behind proxies.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: that of the connection, unless it is a trusted proxy's. Then the last address in
/// `X-Forwarded-For` that is none of a trusted proxy: what stands before it, anybody may have written.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if trusted.is_empty() || !is_trusted(client) {
        return client;
    }
    let lists = headers.get_all(FORWARDED_FOR);
    let lists: Vec<&str> = lists.iter().map(|list| list.to_str().unwrap_or_default()).collect();
    for hop in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        // What is no address was not written by a proxy that can be trusted.
        let Some(address) = parse(hop.trim()) else { break };
        client = address;
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_of(peer: &str, lists: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| Network::parse(network).unwrap());
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(FORWARDED_FOR, list.parse().unwrap());
        }
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_peer_that_is_no_trusted_proxy_is_the_client_whatever_it_says() {
        assert_eq!(address_of("203.0.113.9", &["192.0.2.1"]), "203.0.113.9");
        assert_eq!(address_of("203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn behind_trusted_proxies_it_is_the_last_address_that_is_none_of_theirs() {
        assert_eq!(address_of("10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(address_of("::ffff:10.0.0.1", &["192.0.2.7, 192.0.2.1, 10.9.9.9"]), "192.0.2.1");
        assert_eq!(address_of("10.0.0.1", &["192.0.2.7", "192.0.2.1 ,fd00::1"]), "192.0.2.1");
        assert_eq!(address_of("10.0.0.1", &["192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(address_of("10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(address_of("10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn what_is_no_address_ends_the_search_at_the_last_proxy_that_is_known() {
        assert_eq!(address_of("10.0.0.1", &["192.0.2.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(address_of("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(address_of("10.0.0.1", &[""]), "10.0.0.1");
        assert_eq!(address_of("10.0.0.1", &[]), "10.0.0.1");
    }
}

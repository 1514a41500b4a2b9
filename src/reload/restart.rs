//! What a reload cannot change.

use crate::config::ServerConfig;

/// The settings that differ from those at the start and need another start.
pub(super) fn needed(at_start: &ServerConfig, now: &ServerConfig) -> Vec<&'static str> {
    let differing = [
        ("server.listen", at_start.listen != now.listen),
        ("server.admin_listen", at_start.admin_listen != now.admin_listen),
        ("server.limits.drain_delay", at_start.limits.drain_delay != now.limits.drain_delay),
        ("server.limits.uploads", at_start.limits.uploads != now.limits.uploads),
        ("server.limits.max_connections", at_start.limits.max_connections != now.limits.max_connections),
    ];
    differing.into_iter().filter_map(|(setting, differs)| differs.then_some(setting)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_and_their_places_are_fixed_at_the_start() {
        let at_start = ServerConfig::default();
        let mut now = ServerConfig { base_path: "/presign".to_owned(), ..ServerConfig::default() };
        assert_eq!(needed(&at_start, &now), [""; 0]);
        now.listen.set_port(1);
        now.limits.max_connections += 1;
        assert_eq!(needed(&at_start, &now), ["server.listen", "server.limits.max_connections"]);
    }
}

//! Where Application Default Credentials are: [AIP-4110](https://google.aip.dev/auth/4110).

use std::{
    io,
    path::{Path, PathBuf},
};

use presign_core::Environment;

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A credential file.
    File(PathBuf),
    /// The metadata server, `host[:port]`.
    Metadata(String),
}

/// Finds the place: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, gcloud's own, or the metadata server. Asks
/// nobody.
pub(crate) fn find(environment: &dyn Environment) -> Place {
    let variable = |name: &str| environment.variable(name).filter(|value| !value.is_empty());
    if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
        return Place::File(path.into());
    }
    let gcloud = variable("CLOUDSDK_CONFIG")
        .map(PathBuf::from)
        .or_else(|| variable("APPDATA").map(|folder| Path::new(&folder).join("gcloud")))
        .or_else(|| variable("HOME").map(|folder| Path::new(&folder).join(".config/gcloud")));
    let own = gcloud.map(|folder| folder.join("application_default_credentials.json"));
    let is_there =
        |path: &PathBuf| !matches!(environment.read(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
    own.filter(is_there).map_or_else(
        || Place::Metadata(variable("GCE_METADATA_HOST").unwrap_or_else(|| "metadata.google.internal".to_owned())),
        Place::File,
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use presign_core::FixedEnvironment;

    use super::*;

    #[test]
    fn the_variable_comes_before_gcloud_s_file_and_that_before_the_metadata_server() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        let find = |variables: &[(&str, &str)]| find(&FixedEnvironment::new(variables.iter().copied()));
        let metadata = Place::Metadata("metadata.google.internal".into());
        assert_eq!(find(&[]), metadata);
        assert_eq!(find(&[("HOME", home), ("GOOGLE_APPLICATION_CREDENTIALS", "")]), metadata);
        assert_eq!(find(&[("GCE_METADATA_HOST", "127.0.0.1:80")]), Place::Metadata("127.0.0.1:80".into()));
        let gcloud = folder.path().join(".config/gcloud");
        fs::create_dir_all(&gcloud).unwrap();
        let own = gcloud.join("application_default_credentials.json");
        fs::write(&own, "{}").unwrap();
        assert_eq!(find(&[("HOME", home)]), Place::File(own.clone()));
        assert_eq!(find(&[("CLOUDSDK_CONFIG", gcloud.to_str().unwrap())]), Place::File(own));
        let named = find(&[("HOME", home), ("GOOGLE_APPLICATION_CREDENTIALS", "/k.json")]);
        assert_eq!(named, Place::File("/k.json".into()));
    }
}

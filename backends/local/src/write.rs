//! Writing and deleting objects, of exactly their keys.

use std::{
    io,
    path::{Path, PathBuf},
};

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::StatusCode;
use object_store::{MultipartUpload, ObjectStoreExt};
use presign_core::{ObjectKey, ReceivedBody};

use crate::folder::{Folder, Missing, check_file};

/// How much is gathered before it is written: each write is a turn of a blocking thread.
const GATHERED: usize = 256 * 1024;

/// Why an object was not written or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unwritten {
    #[error("this folder cannot hold an object of this name")]
    ImpossibleName,
    #[error("there is no such object")]
    Absent,
    #[error("the body broke off, or is not as long as was declared")]
    BrokenBody,
    #[error("the gateway cannot write the object")]
    Failed,
}

impl Unwritten {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::ImpossibleName | Self::BrokenBody => StatusCode::BAD_REQUEST,
            Self::Absent => StatusCode::NOT_FOUND,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl Folder {
    /// Writes an object, all or nothing: the bytes gather under another name, which no key has, until they are all there.
    pub(crate) async fn write(
        &self,
        key: &ObjectKey,
        length: Option<u64>,
        body: ReceivedBody,
    ) -> Result<(), Unwritten> {
        let location = self.exact_location(key).ok_or(Unwritten::ImpossibleName)?;
        let (root, path) = (self.root.clone(), self.root.join(key.as_str()));
        blocking(move || check_place(&root, &path)).await?;
        let mut upload = self.store.put_multipart(&location).await.map_err(failed)?;
        let written = match gather(upload.as_mut(), body, length).await {
            Ok(()) => upload.complete().await.map(drop).map_err(failed),
            Err(error) => Err(error),
        };
        if written.is_err() && upload.abort().await.is_err() {
            return Err(Unwritten::Failed);
        }
        written
    }

    /// Deletes an object.
    pub(crate) async fn delete(&self, key: &ObjectKey) -> Result<(), Unwritten> {
        let location = self.exact_location(key).ok_or(Unwritten::Absent)?;
        let path = self.root.join(key.as_str());
        blocking(move || {
            check_file(&path).map_err(|missing| match missing {
                Missing::Absent => Unwritten::Absent,
                Missing::Unreadable => Unwritten::Failed,
            })
        })
        .await?;
        self.store.delete(&location).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Unwritten::Absent,
            error => failed(error),
        })
    }
}

async fn gather(
    upload: &mut dyn MultipartUpload,
    mut body: ReceivedBody,
    length: Option<u64>,
) -> Result<(), Unwritten> {
    let (mut gathered, mut received) = (BytesMut::new(), 0_u64);
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Unwritten::BrokenBody)?;
        received = received.saturating_add(piece.len() as u64);
        if length.is_some_and(|length| received > length) {
            return Err(Unwritten::BrokenBody);
        }
        gathered.extend_from_slice(&piece);
        if gathered.len() >= GATHERED {
            put(upload, gathered.split().freeze()).await?;
        }
    }
    if length.is_some_and(|length| received != length) {
        return Err(Unwritten::BrokenBody);
    }
    // A file without bytes has a part all the same, which makes it.
    put(upload, gathered.freeze()).await
}

async fn put(upload: &mut dyn MultipartUpload, bytes: Bytes) -> Result<(), Unwritten> {
    upload.put_part(bytes.into()).await.map_err(failed)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unwritten> + Send + 'static,
) -> Result<T, Unwritten> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Unwritten::Failed)?
}

fn failed(_: object_store::Error) -> Unwritten {
    Unwritten::Failed
}

/// Passes a path whose folders, as far as there are any, are folders of exactly these names below the root, and at which
/// there is nothing or a regular file of exactly this name: so nothing is written through a symbolic link, nor over an
/// object that the file system only takes for this one.
fn check_place(root: &Path, path: &Path) -> Result<(), Unwritten> {
    let below: Vec<PathBuf> = path.ancestors().take_while(|ancestor| *ancestor != root).map(Path::to_owned).collect();
    for (index, place) in below.iter().enumerate().rev() {
        match place.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(found) if index == 0 && found.is_file() => {}
            Ok(found) if index > 0 && found.is_dir() => {}
            _ => return Err(Unwritten::ImpossibleName),
        }
        let canonical = place.canonicalize().map_err(|_| Unwritten::Failed)?;
        if canonical.as_os_str() != place.as_os_str() {
            return Err(Unwritten::ImpossibleName);
        }
    }
    Ok(())
}

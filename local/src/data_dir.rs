//! The directory that holds everything across restarts. One process at a time has it.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A directory in use by this process, until dropped or killed.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// The system lets go of the lock when the file closes, however the process ends.
    _lock: File,
}

/// The directory can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It can't be created or written to.
    #[error("the data directory {} can't be used: {error}", path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another process has it.
    #[error("the data directory {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It is not this program's alone, so that its permissions are not this program's to change.
    #[error(
        "the data directory {path} has files of other programs and is open to other users of this machine; \
         choose another one, or close it with chmod 700 {path}",
        path = .0.display()
    )]
    OpenToOthers(PathBuf),
}

const LOCK: &str = "lock";

impl DataDir {
    /// Creates the directory if need be and takes it. Nobody but its owner may enter it: everybody's mail is
    /// in it.
    ///
    /// # Errors
    /// See [`DataDirError`].
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |error| DataDirError::Unusable { path: path.to_owned(), error };
        create(path).map_err(unusable)?;
        #[cfg(unix)]
        close_to_others(path)?;
        let lock = File::create(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// Creates the directory for its owner alone.
fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Closes a directory that was there before, if it is this program's or empty.
#[cfg(unix)]
fn close_to_others(path: &Path) -> Result<(), DataDirError> {
    use std::fs::{Permissions, metadata, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let unusable = |error| DataDirError::Unusable { path: path.to_owned(), error };
    if metadata(path).map_err(unusable)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let is_empty = read_dir(path).map_err(unusable)?.next().is_none();
    if !is_empty && !path.join(LOCK).exists() {
        return Err(DataDirError::OpenToOthers(path.to_owned()));
    }
    set_permissions(path, Permissions::from_mode(0o700)).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new/.local");
        let first = DataDir::open(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        }
        assert!(matches!(DataDir::open(&path), Err(DataDirError::InUse(_))));
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_path_that_is_no_directory_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = DataDir::open(&file).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("the data directory {} can't be used: ", file.display())),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_others_may_enter_is_closed_or_refused() {
        use std::fs::{Permissions, create_dir, metadata, set_permissions, write};
        use std::os::unix::fs::PermissionsExt;

        let parent = tempfile::tempdir().unwrap();
        let mode = |path: &Path| metadata(path).unwrap().permissions().mode() & 0o777;
        let open_to_all = |path: &Path| set_permissions(path, Permissions::from_mode(0o755)).unwrap();

        let empty = parent.path().join("empty");
        create_dir(&empty).unwrap();
        open_to_all(&empty);
        drop(DataDir::open(&empty).unwrap());
        assert_eq!(mode(&empty), 0o700);
        open_to_all(&empty);
        drop(DataDir::open(&empty).unwrap());
        assert_eq!(mode(&empty), 0o700, "it is this program's by now");

        let other = parent.path().join("other");
        create_dir(&other).unwrap();
        write(other.join("file"), "").unwrap();
        open_to_all(&other);
        assert!(matches!(DataDir::open(&other), Err(DataDirError::OpenToOthers(_))));
        assert_eq!(mode(&other), 0o755, "it stays as it was");
    }
}

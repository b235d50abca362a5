//! The release archive, `tmp/release.zip`: written beside its place and moved there when complete, so that whoever reads
//! it never sees half of one. The same members give the same bytes: no times, no permissions of this machine.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Error;
use super::members::{Content, Member};

/// An archive on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

/// A file that is removed unless it is kept.
#[derive(Debug)]
struct Unfinished(PathBuf);

/// Writes the members in their order; `packed` is called after each. No members, no archive: the last one stays.
pub(super) fn pack(
    root: &Path,
    members: &[Member],
    mut packed: impl FnMut(),
) -> Result<Option<Archive>, Error> {
    if members.is_empty() {
        return Ok(None);
    }
    let folder = root.join("tmp");
    let path = folder.join("release.zip");
    // Two deploys at once must not write into the same file.
    let unfinished = Unfinished(folder.join(format!("release.{}.zip", std::process::id())));
    let write = |source| Error::Write { path: path.clone(), source };

    fs::create_dir_all(&folder).map_err(write)?;
    let mut zip =
        ZipWriter::new(BufWriter::new(File::create(&unfinished.0).map_err(write)?)).set_auto_large_file();
    for member in members {
        add(&mut zip, member)?;
        packed();
    }
    let finished = zip.finish().map_err(|error| write(error.into()))?;
    let file = finished.into_inner().map_err(|error| write(error.into_error()))?;
    let bytes = file.metadata().map_err(write)?.len();
    fs::rename(&unfinished.0, &path).map_err(write)?;
    Ok(Some(Archive { path, files: members.len(), bytes }))
}

fn add(zip: &mut ZipWriter<BufWriter<File>>, member: &Member) -> Result<(), Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let pack = |source| Error::Pack { name: member.name.clone(), source };
    match &member.content {
        Content::File(path) => {
            let mut file = File::open(path).map_err(|source| Error::Read { path: path.clone(), source })?;
            zip.start_file(member.name.as_str(), options).map_err(pack)?;
            io::copy(&mut file, zip).map_err(|error| pack(error.into()))?;
        }
        Content::Text(text) => {
            zip.start_file(member.name.as_str(), options).map_err(pack)?;
            zip.write_all(text.as_bytes()).map_err(|error| pack(error.into()))?;
        }
    }
    Ok(())
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where it was moved to its place.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::pack;
    use crate::deploy::Error;
    use crate::deploy::members::{Content, Member};

    fn text(name: &str, text: &str) -> Member {
        Member { name: name.to_owned(), content: Content::Text(text.to_owned()) }
    }

    #[test]
    fn the_archive_holds_the_members_in_their_order() {
        let root = tempfile::tempdir().unwrap();
        let page = root.path().join("page.liquid");
        fs::write(&page, "Zażółć").unwrap();
        let members = [
            text("app/z.yml", "a: 1"),
            Member { name: "app/a.liquid".to_owned(), content: Content::File(page) },
        ];
        let mut packed = 0;
        let archive = pack(root.path(), &members, || packed += 1).unwrap().unwrap();

        let mut zip = zip::ZipArchive::new(fs::File::open(&archive.path).unwrap()).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut page = String::new();
        zip.by_name("app/a.liquid").unwrap().read_to_string(&mut page).unwrap();
        assert_eq!(names, ["app/z.yml", "app/a.liquid"]);
        assert_eq!(page, "Zażółć");
        assert_eq!((archive.files, packed), (2, 2));
        assert_eq!(archive.bytes, fs::metadata(root.path().join("tmp/release.zip")).unwrap().len());
    }

    #[test]
    fn the_same_tree_gives_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let members = [text("app/a.liquid", "a"), text("app/b.liquid", "b")];
        let bytes = [&one, &two]
            .map(|root| fs::read(pack(root.path(), &members, || ()).unwrap().unwrap().path).unwrap());

        assert_eq!(bytes[0], bytes[1]);
    }

    #[test]
    fn a_failed_archive_leaves_the_last_one() {
        let root = tempfile::tempdir().unwrap();
        let first = pack(root.path(), &[text("app/a.liquid", "a")], || ()).unwrap();
        let missing =
            Member { name: "app/b".to_owned(), content: Content::File(root.path().join("missing")) };
        let error = pack(root.path(), &[text("app/a.liquid", "b"), missing], || ()).unwrap_err();

        assert!(matches!(error, Error::Read { .. }), "{error:?}");
        let files: Vec<_> =
            fs::read_dir(root.path().join("tmp")).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [first.unwrap().path]);
        assert_eq!(pack(root.path(), &[], || ()).unwrap(), None);
    }
}

//! Archives: files put together in memory, on all cores, and kept in `tmp/` for those who want to see what was sent. The
//! same files give the same bytes: no times, no permissions of this machine.

use std::fs;
use std::io::{self, Cursor, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Error;
use super::members::Member;
use crate::app::map_on_cores;

/// The usual level takes twice the time to save a few percent of a text.
const LEVEL: i64 = 1;
/// Shorter texts do not get shorter by packing them.
const SHORTEST_PACKED: usize = 64;
/// Files packed into an archive of their own, on one core; these are then joined.
const FILES_PER_PART: usize = 64;

/// An archive in memory, and its copy on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    /// Bytes of each file as it is sent, in the order they were given.
    pub(crate) sizes: Vec<u64>,
    pub(crate) zip: Vec<u8>,
}

/// A file that is removed unless it is kept.
#[derive(Debug)]
struct Unfinished(PathBuf);

/// Packs the members in their order, under the names they are given, and writes the archive to `tmp/<file_name>`.
pub(super) fn pack(root: &Path, file_name: &str, members: &[(String, &Member)]) -> Result<Archive, Error> {
    let parts: Vec<_> = members.chunks(FILES_PER_PART).collect();
    let packed = map_on_cores(&parts, NonZeroUsize::MIN, |part| pack_part(part));
    let mut sizes = Vec::with_capacity(members.len());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new())).set_auto_large_file();
    for part in packed {
        let (part, sizes_of_part) = part?;
        sizes.extend(sizes_of_part);
        let join = |source| Error::Pack { name: file_name.to_owned(), source };
        zip.merge_archive(ZipArchive::new(Cursor::new(part)).map_err(join)?).map_err(join)?;
    }
    let zip = zip.finish().map_err(|source| Error::Pack { name: file_name.to_owned(), source })?.into_inner();
    let path = root.join("tmp").join(file_name);
    write(&path, &zip).map_err(|source| Error::Write { path: path.clone(), source })?;
    Ok(Archive { path, sizes, zip })
}

/// An archive of some of them, and their sizes.
fn pack_part(members: &[(String, &Member)]) -> Result<(Vec<u8>, Vec<u64>), Error> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new())).set_auto_large_file();
    let mut sizes = Vec::with_capacity(members.len());
    for (name, member) in members {
        let bytes = member.read()?;
        let pack = |source| Error::Pack { name: name.clone(), source };
        zip.start_file(name.as_str(), options(bytes.len())).map_err(pack)?;
        zip.write_all(&bytes).map_err(|error| pack(error.into()))?;
        sizes.push(bytes.len() as u64);
    }
    let name = || members.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let zip = zip.finish().map_err(|source| Error::Pack { name: name(), source })?;
    Ok((zip.into_inner(), sizes))
}

fn options(bytes: usize) -> SimpleFileOptions {
    let options =
        SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
    if bytes < SHORTEST_PACKED {
        options.compression_method(CompressionMethod::Stored)
    } else {
        options.compression_method(CompressionMethod::Deflated).compression_level(Some(LEVEL))
    }
}

/// Beside its place, then there: whoever reads it never sees half of one, and two deploys at once do not mix.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = Unfinished(path.with_extension(format!("{}.zip", std::process::id())));
    fs::write(&unfinished.0, bytes)?;
    fs::rename(&unfinished.0, path)
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
    use std::io::{Cursor, Read};
    use std::path::Path;

    use super::{Archive, pack};
    use crate::deploy::Error;
    use crate::deploy::members::{Content, Member};

    fn text(name: &str, text: &str) -> Member {
        Member { name: name.to_owned(), content: Content::Text(text.to_owned()) }
    }

    fn packed(root: &Path, members: &[Member]) -> Result<Archive, Error> {
        let named: Vec<_> = members.iter().map(|member| (member.name.clone(), member)).collect();
        pack(root, "release.zip", &named)
    }

    #[test]
    fn the_archive_holds_the_members_in_their_order() {
        let root = tempfile::tempdir().unwrap();
        let page = root.path().join("page.liquid");
        fs::write(&page, "Zażółć").unwrap();
        let long = "abc ".repeat(1000);
        let members = [
            text("app/z.yml", &long),
            Member { name: "app/a.liquid".to_owned(), content: Content::File(page) },
            text("app/empty", ""),
        ];
        let archive = packed(root.path(), &members).unwrap();

        let mut zip = zip::ZipArchive::new(Cursor::new(&archive.zip)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut read = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(names, ["app/z.yml", "app/a.liquid", "app/empty"]);
        assert_eq!(read("app/a.liquid"), "Zażółć");
        assert_eq!(read("app/z.yml"), long);
        assert_eq!(archive.sizes, [4000, 10, 0]);
        assert!(archive.zip.len() < 1000, "{}", archive.zip.len());
        assert_eq!(fs::read(&archive.path).unwrap(), archive.zip);
    }

    #[test]
    fn the_same_tree_gives_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let members: Vec<_> = (0..1000).map(|n| text(&format!("app/{n}.liquid"), &format!("{n}"))).collect();
        let [one, two] = [&one, &two].map(|root| packed(root.path(), &members).unwrap());

        assert_eq!(one.zip, two.zip);
        assert_eq!(one.sizes.len(), 1000);
    }

    #[test]
    fn a_failed_archive_leaves_the_last_one() {
        let root = tempfile::tempdir().unwrap();
        let first = packed(root.path(), &[text("app/a.liquid", "a")]).unwrap();
        let missing =
            Member { name: "app/b".to_owned(), content: Content::File(root.path().join("missing")) };
        let error = packed(root.path(), &[text("app/a.liquid", "b"), missing]).unwrap_err();

        assert!(matches!(error, Error::Read { .. }), "{error:?}");
        let files: Vec<_> =
            fs::read_dir(root.path().join("tmp")).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [first.path]);
    }
}

//! Archives that are not what they should be: each refused with a sentence, and nothing changed, inside or outside.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{INDEX, WHOLE, deploy_zip, deployed, instance, kept};
use crate::harness::zip_of;

fn every_file(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(every_file(&path)) } else { files.push(path.display().to_string()) }
    }
    files.sort();
    files
}

/// The names in an archive are written as they are, bytes for bytes, in place of `from`.
fn renamed(from: &str, to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut zip = zip_of(&[INDEX, (from, "x")]);
    let places: Vec<usize> = (0..zip.len()).filter(|at| zip[*at..].starts_with(from.as_bytes())).collect();
    for at in places {
        zip[at..at + to.len()].copy_from_slice(to);
    }
    zip
}

fn with_link() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("app/views/pages/link.liquid", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn bomb() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("app/assets/zeros", SimpleFileOptions::default()).unwrap();
    for _ in 0..40 {
        zip.write_all(&vec![0; 1024 * 1024]).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn hostile_archives_are_refused_and_leave_nothing() {
    let app = instance();
    deployed(&app, &[INDEX]);
    let before = every_file(&app.project.path("instance/trees"));
    let outside = every_file(app.project.root().parent().unwrap()).len();
    let many: Vec<(String, &str)> = (0..20_001).map(|n| (format!("app/assets/{n}"), "")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let deep = format!("app/{}", "a/".repeat(600));
    for (what, zip, expected) in [
        ("no zip", b"PK not really".to_vec(), "this is not a whole zip archive"),
        ("cut", zip_of(&[INDEX])[..60].to_vec(), "this is not a whole zip archive"),
        ("empty", zip_of(&[]), "the archive is empty"),
        ("above", zip_of(&[("app/../../../up", "x")]), "has `.` or `..` in it"),
        ("absolute", zip_of(&[("/etc/cron.d/x", "x")]), "is absolute"),
        ("drive", zip_of(&[("C:/x", "x")]), "is absolute"),
        ("backslash", renamed("app/a.b", b"app\\a.b"), "has a backslash"),
        ("NUL", renamed("app/a.b", b"app/a\0b"), "has a control character"),
        ("not UTF-8", renamed("app/a.b", b"app/a\xffb"), "not UTF-8"),
        ("elsewhere", zip_of(&[(".pos-dev/data.sqlite3", "x")]), "lies outside `app/` and `modules/`"),
        ("root", zip_of(&[("app", "x")]), "lies outside `app/` and `modules/`"),
        ("twice", renamed("app/views/pages/INDEX.liquid", INDEX.0.as_bytes()), "twice"),
        (
            "twice by its old name",
            zip_of(&[INDEX, ("marketplace_builder/views/pages/index.liquid", "x")]),
            "is in the archive twice",
        ),
        (
            "case",
            zip_of(&[INDEX, ("app/views/pages/Index.liquid", "x")]),
            "differ in the case of letters alone",
        ),
        ("file and folder", zip_of(&[("app/a", "x"), ("app/a/b", "x")]), "would be a file and"),
        ("link", with_link(), "is not a regular file"),
        ("bomb", bomb(), "unpacks to more than"),
        ("many", zip_of(&many), "the archive holds 20001 files; the limit is 20000"),
        ("deep", zip_of(&[(&deep, "")]), "too long"),
    ] {
        let status = deploy_zip(&app, &zip, WHOLE);
        let error = status["error"]["error"].as_str().unwrap_or_default();
        assert!(status["status"] == "error" && error.contains(expected), "{what}: {status}");
        assert!(status["error"]["details"].is_object(), "{what}: {status}");
    }

    assert_eq!(app.get("/").has_status(200).text(), "one");
    assert_eq!(kept(&app), [(1, "deploy".to_owned(), true)]);
    assert_eq!(every_file(&app.project.path("instance/trees")), before);
    assert_eq!(every_file(app.project.root().parent().unwrap()).len(), outside);
}

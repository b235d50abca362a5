//! Assets go past the release: one archive to the storage in front of the instance, which unpacks it, then a manifest that
//! says which assets there are.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::archive::{Archive, pack};
use super::members::Member;
use super::release::wait;
use super::{Error, News};
use crate::client::{Client, Effect};
use crate::protocol::{AssetEntry, AssetsManifest, Id, ReleaseStatus, ReportRow};

/// An archive is gone from the storage when it is unpacked.
const LONGEST_UNPACKING: Duration = Duration::from_secs(90);
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LAST_LOOK: Duration = Duration::from_secs(1);
/// The manifest of an app of many thousand assets takes minutes.
const LONGEST_WORK: Duration = Duration::from_secs(10 * 60);

/// Sends them; what became of them, where the instance says so. `release` is the one they belong to, if there is one.
pub(super) fn deploy(
    client: &Client,
    root: &Path,
    assets: &[Member],
    effect: Effect,
    release: Option<&Id>,
    news: &mut impl FnMut(News<'_>),
) -> Result<Option<ReportRow>, Error> {
    news(News::SendingAssets);
    let start = Instant::now();
    let assets: Vec<(String, &Member)> = named(assets).into_iter().collect();
    let archive = pack(root, "assets.zip", &assets)?;
    if effect == Effect::Applied {
        upload(client, &archive)?;
    }
    let manifest = manifest(&assets, &archive);
    client.send_manifest(&AssetsManifest { manifest, marketplace_release_id: release.cloned() })?;
    let report = release.map(|release| outcome(client, release)).transpose()?.flatten();
    let bytes = archive.zip.len();
    news(News::SentAssets { files: assets.len(), bytes, took: start.elapsed() });
    Ok(report)
}

/// By the path a page asks for. Of a module's private and public file of one name the private one is used; what the app
/// has under that name comes before both.
fn named(assets: &[Member]) -> BTreeMap<String, &Member> {
    let mut named = BTreeMap::new();
    for asset in assets {
        if let Some(name) = asset_name(&asset.name) {
            named.entry(name).or_insert(asset);
        }
    }
    named
}

fn asset_name(path: &str) -> Option<String> {
    if let Some(name) = path.strip_prefix("app/assets/") {
        return Some(name.to_owned());
    }
    let mut parts = path.strip_prefix("modules/")?.splitn(4, '/');
    let (module, _, _, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(format!("modules/{module}/{name}"))
}

fn manifest(assets: &[(String, &Member)], archive: &Archive) -> BTreeMap<String, AssetEntry> {
    let entry = |(asset, size): (&(String, &Member), &u64)| {
        let (name, member) = asset;
        let physical = member.name.strip_prefix("app/").unwrap_or(&member.name);
        let entry = AssetEntry {
            physical_file_path: physical.to_owned(),
            updated_at: member.changed(),
            file_size: *size,
        };
        (name.clone(), entry)
    };
    assets.iter().zip(&archive.sizes).map(entry).collect()
}

fn upload(client: &Client, archive: &Archive) -> Result<(), Error> {
    let instance = client.instance()?.id;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let file_name = format!("instances/{instance}/assets/{now}.assets_deploy.zip");
    let place = client.presigned_url(&file_name, archive.zip.len(), "application/zip")?;
    client.put_archive(&place.url, &archive.zip)?;
    let end = Instant::now() + LONGEST_UNPACKING;
    let mut pause = FIRST_LOOK;
    while client.is_there(&place.access_url)? {
        if Instant::now() >= end {
            return Err(Error::StillPacked { limit: LONGEST_UNPACKING });
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LAST_LOOK);
    }
    Ok(())
}

/// An instance that says nothing for so long has no report to give: the manifest is with it all the same.
fn outcome(client: &Client, release: &Id) -> Result<Option<ReportRow>, Error> {
    let Some(status) = wait(client, release, LONGEST_WORK, assets_are_over)? else { return Ok(None) };
    match status.asset_error {
        Some(error) => Err(Error::Assets { error: error.error, file: error.details.file_path }),
        None => Ok(status.asset_report),
    }
}

fn assets_are_over(status: &ReleaseStatus) -> bool {
    status.asset_report.is_some()
        || status.asset_error.is_some()
        || status.asset_status.as_deref().is_some_and(|status| status != "in_progress")
}

#[cfg(test)]
mod tests {
    use super::{asset_name, assets_are_over};

    #[test]
    fn assets_are_named_as_pages_ask_for_them() {
        for (path, expected) in [
            ("app/assets/img/a.png", Some("img/a.png")),
            ("modules/core/public/assets/a.js", Some("modules/core/a.js")),
            ("modules/core/private/assets/img/a.js", Some("modules/core/img/a.js")),
            ("app/views/assets/a.css", None),
        ] {
            assert_eq!(asset_name(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn assets_are_over_when_the_instance_says_anything_of_their_end() {
        for (status, expected) in [
            (r#"{"status": "success"}"#, false),
            (r#"{"status": "success", "asset_status": "in_progress"}"#, false),
            (r#"{"status": "success", "asset_status": "done"}"#, true),
            (r#"{"status": "success", "asset_report": {"upserted": 1}}"#, true),
            (r#"{"status": "success", "asset_error": "disk full"}"#, true),
        ] {
            assert_eq!(assets_are_over(&serde_json::from_str(status).unwrap()), expected, "{status}");
        }
    }
}

//! Backups: taken while people work, read back, refused when they are not whole, and restored as another life.

use crate::{
    devices::{Device, PARK, record},
    start::{Folders, stop},
};
use ruyuan_domain::{Epoch, ScopeId, Seq};
use ruyuan_server::{
    backup::{self, BackupError, Contents},
    clock::SystemClock,
    config::{BackupOptions, RestoreOptions},
    testing::{TestApp, postgres},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// How often a restore is tried while the database still has a connection that was closed.
const MOST_TRIES: usize = 600;

pub async fn take(app: &TestApp, to: &Path) -> Result<Contents, BackupError> {
    let options = BackupOptions {
        data: app.folder().to_owned(),
        database: app.database(),
        blobs: None,
        to: to.to_owned(),
    };
    backup::backup(&options, &SystemClock).await
}

pub async fn restore(
    from: &Path,
    data: &Path,
    database: Option<&str>,
    replace: bool,
) -> Result<backup::Restored, BackupError> {
    let options = RestoreOptions {
        from: from.to_owned(),
        data: data.to_owned(),
        database: database.map(str::to_owned),
        blobs: None,
        replace,
    };
    backup::restore(&options, &SystemClock).await
}

async fn epoch(app: &TestApp) -> Epoch {
    let mut tx = app.state.store.begin_read().await.unwrap();
    tx.epoch().await.unwrap()
}

/// The file of an attachment, in the folder of attachments.
fn photo() -> String {
    format!("whole/{}", record(4))
}

/// A server with some work in it and a name for a backup of it.
async fn busy(app: TestApp) -> (TestApp, PathBuf) {
    let officer = app.person_with_password("limin", "ruyuan-demo", &[]).await;
    drop(officer);
    let officer = app.officer("wangqiang", PARK).await;
    let mut mine = Device::new(&app, &officer, 1);
    let mut edits = Vec::new();
    for bits in 1..=300 {
        edits.push(mine.firm(record(bits), "甲\"\\\n𠮷"));
    }
    edits.push(mine.rename(record(1), 1, "甲\"\\\n𠮷", "乙"));
    edits.push(mine.edit(ruyuan_domain::Operation::Delete, record(2), 1));
    let wrong = mine.rename(record(999), 1, "丙", "丁");
    edits.push(wrong);
    for part in edits.chunks(100) {
        mine.push(part).await;
    }
    let blobs = app.folder().join("blobs");
    fs::create_dir_all(blobs.join("whole")).unwrap();
    fs::write(blobs.join(photo()), vec![7; 100_000]).unwrap();
    // A phone sends again what was on its way, and a write that was killed is nobody's.
    let part = blobs.join("parts").join(record(5).to_string());
    fs::create_dir_all(&part).unwrap();
    fs::write(part.join("000000"), [7; 100]).unwrap();
    fs::write(blobs.join(format!("{}#1", photo())), [7; 100]).unwrap();
    let file = app.folder().join("copy.backup");
    (app, file)
}

/// Everything that people see comes back, from either database into either.
async fn comes_back(app: TestApp, url: Option<String>) {
    let (app, file) = busy(app).await;
    let written = take(&app, &file).await.unwrap();
    assert_eq!((written.blobs, written.blob_bytes), (1, 100_000));
    assert_eq!(written.rows("mutations"), 303);
    let folder = TempDir::new().unwrap();
    let restored = restore(&file, folder.path(), url.as_deref(), false)
        .await
        .unwrap();
    assert_eq!(restored.contents, written);
    assert!(restored.aside.is_empty());
    let photo = fs::read(folder.path().join("blobs").join(photo())).unwrap();
    assert_eq!(photo, vec![7; 100_000]);
    let again = TestApp::on_what_is_there(folder, url).await;
    assert_ne!(epoch(&again).await, epoch(&app).await);
    let (before, after) = (
        app.signs_in("wangqiang").await,
        again.signs_in("wangqiang").await,
    );
    let rows = Device::new(&again, &after, 1).rows().await;
    assert_eq!(rows, Device::new(&app, &before, 1).rows().await);
    assert_eq!(rows.iter().filter(|row| !row.deleted).count(), 299);
    let mut tx = again.state.store.begin_read().await.unwrap();
    let mut then = app.state.store.begin_read().await.unwrap();
    let park = ScopeId::park(PARK);
    assert_eq!(
        tx.scope(&park).await.unwrap(),
        then.scope(&park).await.unwrap()
    );
    assert_eq!(tx.scope(&park).await.unwrap().seq, Seq(302));
    // Who was signed in is not any more.
    let answer = again.get("/api/session", Some(&before)).await;
    assert_eq!(answer.status, 401);
    drop((tx, then));
    // Work goes on, and the restored one can be backed up as well.
    let mut mine = Device::new(&again, &after, 2);
    let firm = mine.firm(record(1000), "新");
    mine.push(&[firm]).await;
    let second = again.folder().join("second.backup");
    assert_eq!(take(&again, &second).await.unwrap().rows("mutations"), 304);
}

#[tokio::test]
async fn a_backup_of_sqlite_comes_back_as_another_life() {
    comes_back(TestApp::new().await, None).await;
}

#[tokio::test]
async fn a_backup_goes_from_sqlite_into_postgres_and_back() {
    let Some(url) = postgres::database() else {
        return;
    };
    comes_back(TestApp::new().await, Some(url)).await;
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    comes_back(app, None).await;
}

async fn is_consistent_while_people_work(app: TestApp) {
    let (app, file) = busy(app).await;
    let officer = app.signs_in("wangqiang").await;
    let work = async {
        let mut other = Device::new(&app, &officer, 7);
        for bits in 2000..2040 {
            let firm = other.firm(record(bits), "同时");
            let rename = other.rename(record(bits), 1, "同时", "之后");
            other.push(&[firm, rename]).await;
        }
    };
    let copies = async {
        let mut copies = Vec::new();
        for n in 0..3 {
            let file = file.with_extension(n.to_string());
            copies.push((take(&app, &file).await.unwrap(), file));
        }
        copies
    };
    let ((), copies) = tokio::join!(work, copies);
    for (written, file) in copies {
        // A push is there whole or not at all.
        assert_eq!((written.rows("mutations") - 303) % 2, 0);
        let folder = TempDir::new().unwrap();
        let restored = restore(&file, folder.path(), None, false).await.unwrap();
        assert_eq!(restored.contents, written);
    }
}

#[tokio::test]
async fn a_backup_is_consistent_while_people_work() {
    is_consistent_while_people_work(TestApp::new().await).await;
    if let Some(app) = TestApp::on_postgres().await {
        is_consistent_while_people_work(app).await;
    }
}

#[tokio::test]
async fn a_cut_or_changed_file_is_refused_and_nothing_is_touched() {
    let (app, file) = busy(TestApp::new().await).await;
    take(&app, &file).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let spoilt = app.folder().join("spoilt");
    let target = app.folder().join("target");
    let mut damaged: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "damaged"),
        (b"not a backup".to_vec(), "damaged"),
        (whole[..whole.len() - 1].to_vec(), "damaged"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
    ];
    for at in (20..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        damaged.push((bytes, "damaged"));
    }
    // A file whose checksums are right, and what it says is not.
    let text = ruyuan_server::snapshots::plain(&whole).unwrap();
    let text = String::from_utf8(text).unwrap();
    let changes = [
        ("\"乙\"", "\"丙\"", "SHA-256"),
        ("\"乙", "\"丙", "SHA-256"),
        (
            r#""version":1,"made"#,
            r#""version":2,"made"#,
            "newer version",
        ),
        (r#"{"name":"drafts""#, r#"{"name":"loans""#, "newer version"),
    ];
    for (old, new, why) in changes {
        let changed = text.replace(old, new);
        if changed != text {
            damaged.push((gzip(&changed), why));
        }
    }
    for (bytes, why) in damaged {
        // Between its blocks a compressed file has bits that stand for nothing: such a file is the same backup.
        if ruyuan_server::snapshots::plain(&bytes).is_ok_and(|plain| plain == text.as_bytes()) {
            continue;
        }
        fs::write(&spoilt, bytes).unwrap();
        let said = restore(&spoilt, &target, None, true).await.unwrap_err();
        let said = said.to_string();
        assert!(
            said.contains(why) && said.contains("nothing is changed"),
            "{said}"
        );
        assert!(!target.exists(), "{said}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_backup_never_takes_anothers_place_and_is_for_its_owner_alone() {
    let (app, file) = busy(TestApp::new().await).await;
    fs::write(&file, "another").unwrap();
    let said = take(&app, &file).await.unwrap_err().to_string();
    assert!(said.contains("is there already"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "another");
    fs::remove_file(&file).unwrap();
    take(&app, &file).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let left = fs::read_dir(app.folder()).unwrap();
    let left = left.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(left.count(), 0);
    let nowhere = app.folder().join("nowhere/copy.backup");
    let said = take(&app, &nowhere).await.unwrap_err().to_string();
    assert!(
        said.contains("cannot write") && said.contains("--to"),
        "{said}"
    );
}

/// A server that a restore would pull the floor from under is seen, and what is replaced is kept.
async fn replaces(app: TestApp, url: Option<String>) {
    let (app, file) = busy(app).await;
    let data = app.folder().to_owned();
    take(&app, &file).await.unwrap();
    let officer = app.signs_in("wangqiang").await;
    let mut mine = Device::new(&app, &officer, 3);
    let firm = mine.firm(record(3000), "之后");
    mine.push(&[firm]).await;
    let before = epoch(&app).await;
    let refused = |done: Result<backup::Restored, BackupError>, part: &str| {
        let said = done.unwrap_err().to_string();
        assert!(
            said.contains(part) && said.contains("nothing is changed"),
            "{said}"
        );
    };
    // A database lets go of a closed connection when it comes to it. If it never does, the last refusal says so.
    let when_free = async |replace: bool| {
        for _ in 0..MOST_TRIES {
            let done = restore(&file, &data, url.as_deref(), replace).await;
            match &done {
                Err(error) if error.to_string().contains("running") => {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                _ => return done,
            }
        }
        restore(&file, &data, url.as_deref(), replace).await
    };
    // This app stands on the store itself, so it is the database's own lock that tells.
    refused(restore(&file, &data, url.as_deref(), true).await, "running");
    app.state.store.close().await;
    refused(when_free(false).await, "--replace");
    fs::create_dir_all(data.join("snapshots/x")).unwrap();
    let restored = when_free(true).await.unwrap();
    assert!(!data.join("snapshots").exists());
    let kept = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("before-restore-"))
        .unwrap();
    assert!(kept.join("blobs").join(photo()).exists());
    assert!(data.join("blobs").join(photo()).exists());
    if url.is_none() {
        assert!(restored.aside[0].contains("before-restore-"));
        // What was put aside can be served as it was.
        let old = TempDir::new().unwrap();
        let name = "ruyuan.sqlite3";
        fs::copy(kept.join(name), old.path().join(name)).unwrap();
        let old = TestApp::on_what_is_there(old, None).await;
        assert_eq!(epoch(&old).await, before);
        let officer = old.signs_in("wangqiang").await;
        let kept = Device::new(&old, &officer, 1).row(record(3000)).await;
        assert!(kept.is_some());
    } else {
        assert!(restored.aside[0].contains("schema before_restore_"));
    }
    let folder = TempDir::new().unwrap();
    if url.is_none() {
        let name = "ruyuan.sqlite3";
        fs::copy(data.join(name), folder.path().join(name)).unwrap();
    }
    let new = TestApp::on_what_is_there(folder, url).await;
    let officer = new.signs_in("wangqiang").await;
    let device = Device::new(&new, &officer, 1);
    assert!(device.row(record(3000)).await.is_none());
    assert!(device.row(record(300)).await.is_some());
}

#[tokio::test]
async fn attachments_that_are_kept_elsewhere_come_from_there_and_go_there() {
    let app = TestApp::new().await;
    let (app, file) = busy(app).await;
    let apart = |name: &str| app.folder().join(name).display().to_string();
    fs::rename(app.folder().join("blobs"), apart("elsewhere")).unwrap();
    let mut options = BackupOptions {
        data: app.folder().to_owned(),
        database: app.database(),
        blobs: None,
        to: app.folder().join("without.backup"),
    };
    let without = backup::backup(&options, &SystemClock).await.unwrap();
    assert_eq!(without.blobs, 0);
    options.blobs = Some(apart("elsewhere"));
    options.to = file.clone();
    let with = backup::backup(&options, &SystemClock).await.unwrap();
    assert_eq!((with.blobs, with.blob_bytes), (1, 100_000));
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(apart("new/whole")).unwrap();
    fs::write(apart("new/whole/another"), "stays").unwrap();
    let options = RestoreOptions {
        from: file,
        data: folder.path().to_owned(),
        database: None,
        blobs: Some(apart("new")),
        replace: false,
    };
    backup::restore(&options, &SystemClock).await.unwrap();
    let photo = format!("new/{}", photo());
    assert_eq!(fs::read(apart(&photo)).unwrap(), vec![7; 100_000]);
    assert_eq!(fs::read(apart("new/whole/another")).unwrap(), b"stays");
    assert!(!folder.path().join("blobs").exists());
}

#[tokio::test]
async fn what_is_replaced_in_a_folder_is_kept() {
    let app = TestApp::new().await;
    // Where the whole suite runs on PostgreSQL, no folder holds the database; the next test is for that.
    if app.database().is_none() {
        replaces(app, None).await;
    }
}

#[tokio::test]
async fn what_is_replaced_in_postgres_is_kept() {
    let Some(app) = TestApp::on_postgres().await else {
        return;
    };
    let url = app.database();
    replaces(app, url).await;
}

#[cfg(unix)]
#[test]
fn the_program_backs_up_a_running_server_and_restores_only_where_none_runs() {
    let folders = Folders::new();
    let said = folders.refuses(&["backup", "--to", "none.backup"]);
    assert!(said.contains("no data in data"), "{said}");
    assert!(!folders.path().join("data").exists());
    let (running, _) = folders.starts(&["--demo"]);
    let said = folders.does(&["backup", "--to", "one.backup"]);
    assert!(
        said.starts_with("one.backup: ") && said.contains("5 accounts"),
        "{said}"
    );
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    let said = folders.refuses(&["backup", "--to", "one.backup"]);
    assert!(said.contains("is there already"), "{said}");
    let from = ["restore", "--from", "one.backup"];
    let said = folders.refuses(&from);
    assert!(said.contains("--replace"), "{said}");
    let said = folders.refuses(&[&from[..], &["--replace"]].concat());
    assert!(said.contains("is running on data"), "{said}");
    assert!(stop(running).success());

    let said = folders.does(&[&from[..], &["--replace"]].concat());
    assert!(said.contains("5 accounts"), "{said}");
    assert!(said.contains("kept in data/before-restore-"), "{said}");
    assert!(said.contains("start the server"), "{said}");
    let (running, lines) = folders.starts(&[]);
    assert!(
        !lines.iter().any(|line| line.contains("#token=")),
        "{lines:?}"
    );
    assert!(stop(running).success());

    // A restore that was cut off while it moved things.
    fs::write(folders.path().join("data/restore-under-way"), "").unwrap();
    let said = folders.fails(&["--port", "0"]);
    assert!(
        said.contains("cut off") && said.contains("--replace"),
        "{said}"
    );
    let said = folders.refuses(&from);
    assert!(said.contains("--replace"), "{said}");
    // Two restores within a second would give one name to what they put aside.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    folders.does(&[&from[..], &["--replace"]].concat());
    assert!(stop(folders.starts(&[]).0).success());
}

// SPDX-License-Identifier: GPL-2.0

//! What set-up fetches, and what it says when it cannot, from a small archive on the loopback address.

mod server;
mod world;

use std::process::Command;

use crate::lock::Lock;
use crate::setup::archive::OutOfReach;
use crate::setup::archive::{day, Wanted};
use crate::setup::diagnosis::Gone;
use crate::ui::Step;
use server::Fault;
use world::{is_past, set_up_at, Lists, World, DATE, HEADERS, OTHER, RUN, SOURCE, SUITE, WANTED};

const BOTH: &[world::Package] = &[SOURCE, HEADERS];

#[test]
fn what_is_live_is_fetched_from_there() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    let archive = world.open().unwrap();
    let found = archive
        .find(
            &WANTED,
            |_, version| Ok(version.starts_with("7.3.")),
            &world.step,
        )
        .unwrap();
    assert_eq!((found.version.as_str(), is_past(&found)), (SOURCE.1, false));
    let before = archive.received();
    let name = format!("{}={}", SOURCE.0, SOURCE.1);
    let files = found.apt.download_many(&[name], &world.step).unwrap();
    let size = files[0].metadata().unwrap().len();
    let counted = archive.received() - before;
    assert!(
        before > 0 && counted.abs_diff(size) <= size / 100,
        "{counted} of {size}"
    );
    let requests = world.server.take_requests();
    assert!(requests
        .iter()
        .all(|request| request.path.starts_with("/debian/")));
}

#[test]
fn what_has_left_is_fetched_from_the_snapshot() {
    let Some(world) = World::new() else { return };
    world.serve_live(&[OTHER], Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    let (notice, files) = world.set_up().unwrap();
    assert_eq!(files.len(), 2);
    assert_eq!(
        notice.unwrap(),
        format!(
            "linux 7.3 has left {}; 7.3.4-1~bpo13+1 is fetched from {} as of 2026-11-29",
            world.site.mirror, world.site.snapshot
        )
    );
}

#[test]
fn a_version_that_has_left_is_fetched_from_the_snapshot() {
    let Some(world) = World::new() else { return };
    world.serve_live(
        &[(SOURCE.0, "7.3.9-1"), (HEADERS.0, "7.3.9-1"), SOURCE],
        Lists::Good,
    );
    world.serve_snapshot(BOTH, Lists::Good);
    let archive = world.open().unwrap();
    // The live archive has one of the two packages at that version, which is not enough.
    let found = archive
        .find(&WANTED, |_, version| Ok(version == SOURCE.1), &world.step)
        .unwrap();
    assert!(is_past(&found));
    let newest = archive.find(&WANTED, |_, _| Ok(true), &world.step).unwrap();
    assert_eq!(
        (newest.version.as_str(), is_past(&newest)),
        ("7.3.9-1", false)
    );
}

#[test]
fn a_suite_that_has_left_is_fetched_from_the_snapshot() {
    let Some(world) = World::new() else { return };
    world.serve_snapshot(BOTH, Lists::Good);
    let (notice, files) = world.set_up().unwrap();
    assert!(notice.is_some() && files.len() == 2);
    let archive = world.open().unwrap();
    assert_eq!(archive.download(&WANTED, &world.step).unwrap().len(), 2);
}

#[test]
fn packages_with_all_that_they_need_come_from_one_place() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    let archive = world.open().unwrap();
    assert_eq!(archive.download(&WANTED, &world.step).unwrap().len(), 2);
    world.serve_live(&[HEADERS], Lists::Good);
    let archive = world.open().unwrap();
    world.server.take_requests();
    assert_eq!(archive.download(&WANTED, &world.step).unwrap().len(), 2);
    let requests = world.server.take_requests();
    assert!(
        requests
            .iter()
            .all(|request| request.path.starts_with("/archive/")),
        "{requests:?}"
    );
}

#[test]
fn a_suite_that_has_moved_on_has_what_is_wanted_in_the_snapshot() {
    let Some(world) = World::new() else { return };
    let pinned = Wanted {
        packages: &["linux-source-7.3=7.3.4-*", "linux-headers-7.3"],
        ..WANTED
    };
    let is_past = || {
        world.server.take_requests();
        let archive = world.open().unwrap();
        let files = archive.download(&pinned, &world.step).unwrap();
        let names = files.iter().map(|file| file.to_string_lossy());
        assert_eq!(names.filter(|name| name.contains("7.3.4-1")).count(), 2);
        let requests = world.server.take_requests();
        requests
            .iter()
            .any(|request| request.path.starts_with("/archive/"))
    };
    world.serve_snapshot(BOTH, Lists::Good);
    world.serve_live(BOTH, Lists::Good);
    assert!(!is_past());
    world.serve_live(&[(SOURCE.0, "7.3.9-1"), HEADERS], Lists::Good);
    assert!(is_past());
}

#[test]
fn what_is_nowhere_is_named_with_both_places() {
    let Some(world) = World::new() else { return };
    world.serve_live(&[OTHER], Lists::Good);
    for packages in [&[HEADERS][..], &[]] {
        world.serve_snapshot(packages, Lists::Good);
        let error = world.set_up().unwrap_err();
        assert!(error.is::<Gone>());
        let line = error.to_string();
        assert!(
            line.starts_with("linux 7.3 is neither in http://127.0.0.1:"),
            "{line}"
        );
        assert!(
            line.ends_with("as of 2026-11-29: set RNIC_MIRROR or RNIC_SNAPSHOT to a full mirror"),
            "{line}"
        );
    }
    let unknown = Wanted {
        snapshot: None,
        ..WANTED
    };
    let error = world
        .open()
        .unwrap()
        .find(&unknown, |_, _| Ok(true), &world.step)
        .unwrap_err();
    assert!(
        error.is::<Gone>()
            && error
                .to_string()
                .contains("no snapshot that has it is known")
    );
}

#[test]
fn a_series_that_nobody_has_tried_is_named() {
    let Some(world) = World::new() else { return };
    let doc = ("linux-source-doc", "7.4.1-1");
    let old = ("linux-source-6.12", "6.12.9-1");
    world.serve_live(&[SOURCE, OTHER, doc, old], Lists::Good);
    let archive = world.open().unwrap();
    assert_eq!(archive.series().unwrap(), ["6.12", "7.3", "7.4"]);
    let newer = |known: &[&str]| archive.newer_series(known.iter().copied()).unwrap();
    assert_eq!(newer(&["7.3", "7.2"]), ["7.4"]);
    assert!(newer(&["7.10"]).is_empty());
}

#[test]
fn expired_lists_count_in_a_snapshot_alone() {
    let Some(world) = World::new() else { return };
    world.serve_snapshot(BOTH, Lists::Expired);
    assert!(world.set_up().unwrap().0.is_some());
    world.serve_live(BOTH, Lists::Expired);
    let line = world.failure();
    assert!(
        line.contains("have expired") && line.contains("RNIC_MIRROR"),
        "{line}"
    );
    world.serve_live(BOTH, Lists::Good);
    world.works();
}

#[test]
fn lists_that_are_not_what_was_signed_are_refused() {
    refused_if_not_as_signed("/Packages");
}

#[test]
fn packages_that_are_not_what_was_signed_are_refused() {
    refused_if_not_as_signed("linux-source-7.3_7.3.4-1~bpo13+1_amd64.deb");
}

fn refused_if_not_as_signed(end: &str) {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    for fault in [Fault::Half, Fault::Changed] {
        world.server.fail(end, fault);
        let line = world.failure();
        assert!(
            line.contains("not what was signed") && line.contains("RNIC_MIRROR"),
            "{line}"
        );
        world.works();
    }
}

#[test]
fn a_download_that_was_cut_is_resumed() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    let name = "linux-source-7.3_7.3.4-1~bpo13+1_amd64.deb";
    world.server.fail(name, Fault::Cut);
    let line = world.failure();
    assert!(line.contains("run the command again"), "{line}");
    world.server.take_requests();
    world.works();
    let requests = world.server.take_requests();
    let packages: Vec<_> = requests
        .iter()
        .filter(|request| request.path.ends_with("deb"))
        .collect();
    // The other package is there already.
    assert_eq!(packages.len(), 1, "{packages:?}");
    assert!(
        packages[0].path.ends_with(name) && packages[0].start > 10_000,
        "{packages:?}"
    );
}

#[test]
fn a_file_that_was_damaged_on_this_disk_is_fetched_again() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    let (_, files) = world.set_up().unwrap();
    let mut content = std::fs::read(&files[0]).unwrap();
    content[1000..2000].fill(0);
    std::fs::write(&files[0], content).unwrap();
    world.works();
}

#[test]
fn a_list_that_somebody_has_changed_is_refused() {
    let Some(world) = World::new() else {
        return;
    };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    world.server.fail("InRelease", Fault::Changed);
    let line = world.failure();
    assert!(
        line.contains("bad signature") && line.contains("RNIC_MIRROR"),
        "{line}"
    );
    world.works();
}

#[test]
fn a_key_that_is_unknown_is_told_with_what_has_it() {
    let Some(mut world) = World::new() else {
        return;
    };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    let other = world.other_keyring();
    let known = std::mem::replace(&mut world.site.keyring, other);
    let line = world.failure();
    assert!(
        line.contains("debian-archive-keyring") && line.contains("RNIC_KEYRING"),
        "{line}"
    );
    // A key that was in use once counts for the past and not for the present.
    world.site.removed_keys = Some(known.clone());
    assert!(world.failure().contains("debian-archive-keyring"));
    world.server.remove("/debian/");
    assert!(world.set_up().unwrap().0.is_some());
    world.site.keyring = known;
    world.serve_live(BOTH, Lists::Good);
    world.works();
}

#[test]
fn a_login_page_is_no_list() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    world.server.fail("", Fault::Page);
    let line = world.failure();
    assert!(line.contains("login"), "{line}");
    world.works();
}

#[test]
fn a_place_that_cannot_be_reached_is_not_taken_for_one_without_the_package() {
    let Some(mut world) = World::new() else {
        return;
    };
    world.serve_snapshot(BOTH, Lists::Good);
    world.serve_live(BOTH, Lists::Good);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/debian", listener.local_addr().unwrap());
    drop(listener);
    let mirror = std::mem::replace(&mut world.site.mirror, nobody.clone());
    let line = world.failure();
    assert!(
        line.starts_with("no network")
            && line.contains("RNIC_MIRROR")
            && line.contains("(Could not connect to 127.0.0.1:"),
        "{line}"
    );
    "http://no-such-host.invalid/debian".clone_into(&mut world.site.mirror);
    assert!(world.failure().starts_with("no network"));
    world.site.mirror = mirror;
    world.works();

    world.serve_live(&[], Lists::Good);
    let snapshot = std::mem::replace(&mut world.site.snapshot, nobody);
    let line = world.failure();
    assert!(
        line.contains("has left") && line.contains("no network"),
        "{line}"
    );
    assert!(line.contains("set RNIC_SNAPSHOT"), "{line}");
    let error = world.set_up().unwrap_err();
    assert!(error.is::<OutOfReach>() && !error.is::<Gone>());
    world.site.snapshot = snapshot;
    // What answers, but not as it should, is not out of reach.
    world
        .server
        .fail(&format!("{RUN}/dists/{SUITE}/InRelease"), Fault::Changed);
    let error = world.set_up().unwrap_err();
    assert!(format!("{error:#}").contains("bad signature"), "{error:#}");
    assert!(!error.is::<OutOfReach>() && !error.is::<Gone>());
    world.server.mend();
    world.works();
}

#[test]
fn a_server_that_stalls_with_its_lists_is_given_up() {
    given_up_if_stalled("InRelease");
}

#[test]
fn a_server_that_stalls_with_a_package_is_given_up() {
    given_up_if_stalled("linux-headers-7.3_7.3.4-1~bpo13+1_amd64.deb");
}

fn given_up_if_stalled(end: &str) {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    world.server.fail(end, Fault::Stall);
    let line = world.failure();
    assert!(
        line.contains("stopped answering") && line.contains("RNIC_MIRROR"),
        "{line}"
    );
    world.works();
}

#[test]
fn a_server_that_is_busy_or_being_updated_is_tried_later() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    world.serve_snapshot(BOTH, Lists::Good);
    world.server.fail("InRelease", Fault::Busy);
    let line = world.failure();
    assert!(
        line.contains("refuses to answer") && line.contains("503"),
        "{line}"
    );
    world.server.mend();
    world.server.remove("/debian/pool/");
    let line = world.failure();
    assert!(line.contains("does not have what it lists"), "{line}");
    world.serve_live(BOTH, Lists::Good);
    world.works();
}

#[test]
fn packages_that_do_not_fit_on_the_disk_are_not_begun() {
    let Some(world) = World::new() else { return };
    let entry = |name: &str| {
        let version = SOURCE.1;
        format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: pool/{name}.deb\nSize: 1000000000000000\nSHA256: {}\n\n", "0".repeat(64))
    };
    world.serve_live_list(&(entry(SOURCE.0) + &entry(HEADERS.0)));
    let line = world.failure();
    assert!(
        line.starts_with("the disk is full: 2000000000 MB are to be downloaded"),
        "{line}"
    );
    assert!(world
        .server
        .take_requests()
        .iter()
        .all(|request| !request.path.ends_with("deb")));
    world.serve_live(BOTH, Lists::Good);
    world.works();
}

/// Runs in a process of its own, which may mount a disk that is too small.
#[test]
fn a_disk_that_is_full_is_named() {
    const ALONE: &str = "RNIC_TEST_ALONE";
    let Some(world) = World::new() else { return };
    if std::env::var_os(ALONE).is_none() {
        let is_root = rustix::process::geteuid().is_root();
        let unshare = || {
            let mut command = Command::new("unshare");
            command
                .arg("--mount")
                .args((!is_root).then_some("--map-root-user"));
            command
        };
        if !unshare()
            .arg("true")
            .output()
            .is_ok_and(|output| output.status.success())
        {
            eprintln!("skipped: this user may not mount anything (`unshare --mount` fails)");
            return;
        }
        let name = std::thread::current().name().unwrap().to_owned();
        let output = unshare()
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", &name])
            .env(ALONE, "1")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
        return;
    }
    let disk = world.dir.join("apt");
    std::fs::create_dir_all(&disk).unwrap();
    let mount = |options: &str| {
        let mut command = Command::new("mount");
        command
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&disk);
        assert!(command.status().unwrap().success());
    };
    mount("size=256k");
    let long = format!("Package: long\nVersion: 1\nArchitecture: amd64\nFilename: pool/x.deb\nSize: 1\nSHA256: {}\nDescription: {}\n\n", "0".repeat(64), "x".repeat(600_000));
    world.serve_live_list(&long);
    let line = world.failure();
    assert!(line.starts_with("the disk is full"), "{line}");
    mount("remount,size=16m");
    world.serve_live(BOTH, Lists::Good);
    world.works();
}

#[test]
fn two_set_ups_at_once_take_turns() {
    let Some(world) = World::new() else { return };
    world.serve_live(BOTH, Lists::Good);
    let lock = world.dir.join("setup.lock");
    let (site, dir) = (world.site.clone(), world.dir.clone());
    let set_up = |held: Option<Lock>| {
        let _lock = held.unwrap_or_else(|| Lock::take(&lock, "the set-up").unwrap());
        let step = Step::new("archive", "one of two");
        set_up_at(site.clone(), &dir, &step).unwrap().1.len()
    };
    let held = Lock::take(&lock, "the set-up").unwrap();
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| set_up(None));
        let first = set_up(Some(held));
        (first, second.join().unwrap())
    });
    assert_eq!((first, second), (2, 2));
    let packages = world
        .server
        .take_requests()
        .iter()
        .filter(|request| request.path.ends_with("deb"))
        .count();
    assert_eq!(
        packages, 2,
        "the second run should find what the first one left"
    );
}

#[test]
fn a_date_reads_well() {
    assert_eq!(day(DATE), "2026-11-29");
    assert_eq!(day("now"), "now");
}

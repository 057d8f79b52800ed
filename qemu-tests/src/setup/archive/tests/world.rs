// SPDX-License-Identifier: GPL-2.0

//! A small archive, signed by a key of its own, on a server of its own: live, and as a snapshot.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::server::Server;
use crate::hash::sha256_of;
use crate::setup::archive::{Archive, Found, Snapshot, Wanted};
use crate::setup::site::Site;
use crate::ui::Step;

/// The day that the tests name, and the run of the mirror that the service has instead.
pub const DATE: &str = "20261129T000000Z";
pub const RUN: &str = "20261128T204512Z";
pub const SUITE: &str = "stand-in-backports";

/// A package of the small archive.
pub type Package = (&'static str, &'static str);
pub const SOURCE: Package = ("linux-source-7.3", "7.3.4-1~bpo13+1");
pub const HEADERS: Package = ("linux-headers-7.3", "7.3.4-1~bpo13+1");
pub const OTHER: Package = ("linux-source-7.4", "7.4.1-1~bpo13+1");

/// What the tests want.
pub const WANTED: Wanted<'_> = Wanted {
    name: "linux 7.3",
    packages: &["linux-source-7.3", "linux-headers-7.3"],
    snapshot: Some(Snapshot { date: DATE }),
};

/// How long lists are good for.
#[derive(Clone, Copy)]
pub enum Lists {
    /// For ever, as those of a release.
    Good,
    /// Until years ago.
    Expired,
}

/// Server, keys, and a folder for the state of the package manager; all gone when dropped.
pub struct World {
    pub server: Server,
    pub site: Site,
    pub dir: PathBuf,
    pub step: Step,
}

impl World {
    /// Nothing is served yet. `None`, with a reason, where the host lacks what this needs.
    pub fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        for tool in ["apt-get", "dpkg-deb", "gpg"] {
            if Command::new(tool).arg("--version").output().is_err() {
                eprintln!("skipped: there is no `{tool}` on this host");
                return None;
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("rnic-{}-{number}", std::process::id()));
        std::fs::create_dir_all(dir.join("debs")).unwrap();
        let server = Server::start();
        let site = Site {
            mirror: format!("{}/debian", server.url()),
            snapshot: format!("{}/archive/debian", server.url()),
            keyring: new_key(&dir, "key"),
            removed_keys: None,
            timeout: 1,
            retries: 0,
            policy: "Acquire::http::Proxy::127.0.0.1 \"DIRECT\";\n".into(),
        };
        server.redirect(
            &format!("/archive/debian/{DATE}"),
            &format!("/archive/debian/{RUN}"),
        );
        let step = Step::new("archive", "a test");
        Some(Self {
            server,
            site,
            dir,
            step,
        })
    }

    /// A key that is not the archive's.
    pub fn other_keyring(&self) -> PathBuf {
        new_key(&self.dir, "other")
    }

    pub fn serve_live(&self, packages: &[Package], lists: Lists) {
        self.serve("/debian", packages, lists);
    }

    pub fn serve_snapshot(&self, packages: &[Package], lists: Lists) {
        self.serve(&format!("/archive/debian/{RUN}"), packages, lists);
    }

    fn serve(&self, top: &str, packages: &[Package], lists: Lists) {
        self.server.remove(&format!("{top}/"));
        let mut text = String::new();
        for (name, version) in packages {
            let deb = self.deb(name, version);
            let content = std::fs::read(&deb).unwrap();
            let file = deb.file_name().unwrap().to_string_lossy();
            text.push_str(&format!(
                "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: test\nFilename: pool/{file}\nSize: {}\nSHA256: {}\nDescription: test\n\n",
                content.len(),
                sha256_of(&deb).unwrap(),
            ));
            self.server.put(&format!("{top}/pool/{file}"), content);
        }
        self.serve_lists(top, &text, lists);
    }

    /// Serves this as the list of packages of the live archive.
    pub fn serve_live_list(&self, text: &str) {
        self.serve_lists("/debian", text, Lists::Good);
    }

    fn serve_lists(&self, top: &str, text: &str, lists: Lists) {
        let list = self.dir.join("Packages");
        std::fs::write(&list, text).unwrap();
        let until = match lists {
            Lists::Good => "",
            Lists::Expired => "Valid-Until: Sun, 06 Dec 2020 00:00:00 UTC\n",
        };
        let release = format!(
            "Origin: Debian\nSuite: {SUITE}\nCodename: {SUITE}\nDate: Sun, 29 Nov 2020 00:00:00 UTC\n{until}\
             Architectures: amd64\nComponents: main\nSHA256:\n {} {} main/binary-amd64/Packages\n",
            sha256_of(&list).unwrap(),
            text.len(),
        );
        let dists = format!("{top}/dists/{SUITE}");
        self.server
            .put(&format!("{dists}/InRelease"), self.signed(&release));
        self.server
            .put(&format!("{dists}/main/binary-amd64/Packages"), text.into());
    }

    fn signed(&self, text: &str) -> Vec<u8> {
        let mut child = gpg(&self.dir.join("key"))
            .args(["--digest-algo", "SHA256", "--clearsign"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        output.stdout
    }

    /// A package of half a megabyte, which is more than the package manager keeps in memory.
    fn deb(&self, name: &str, version: &str) -> PathBuf {
        let deb = self
            .dir
            .join("debs")
            .join(format!("{name}_{version}_amd64.deb"));
        if deb.exists() {
            return deb;
        }
        let tree = self.dir.join("tree").join(name);
        std::fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        std::fs::create_dir_all(tree.join("usr/src")).unwrap();
        let control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: test\nDescription: test\n"
        );
        std::fs::write(tree.join("DEBIAN/control"), control).unwrap();
        let mut noise = vec![0; 1 << 19];
        fastrand::Rng::new().fill(&mut noise);
        std::fs::write(tree.join("usr/src").join(name), noise).unwrap();
        let output = Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Znone", "--build"])
            .args([&tree, &deb])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        deb
    }

    /// Reads the lists of the live archive.
    pub fn open(&self) -> anyhow::Result<Archive> {
        open_at(self.site.clone(), &self.dir, &self.step)
    }

    /// Does what a set-up does: finds what is wanted and downloads it. Gives what was said, and the files.
    pub fn set_up(&self) -> anyhow::Result<(Option<String>, Vec<PathBuf>)> {
        set_up_at(self.site.clone(), &self.dir, &self.step)
    }

    /// The one line with which a set-up fails.
    pub fn failure(&self) -> String {
        let line = format!("{:#}", self.set_up().expect_err("the set-up should fail"));
        let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        assert_eq!(line.lines().count(), 1, "{line}\n{log}");
        eprintln!("{line}\n{log}");
        line
    }

    /// A set-up works, with everything that was left behind still there; after it, nothing is.
    pub fn works(&self) {
        self.server.mend();
        assert_eq!(self.set_up().unwrap().1.len(), WANTED.packages.len());
        for entry in std::fs::read_dir(self.dir.join("apt")).unwrap() {
            let path = entry.unwrap().path();
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for key in ["key", "other"] {
            let _ = Command::new("gpgconf")
                .arg("--homedir")
                .arg(self.dir.join(key))
                .args(["--kill", "all"])
                .status();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// True when something comes from the snapshot.
pub fn is_past(found: &Found) -> bool {
    found.apt.place.variable == "RNIC_SNAPSHOT"
}

fn open_at(site: Site, dir: &Path, step: &Step) -> anyhow::Result<Archive> {
    Archive::open_at(site, dir.join("apt"), &[SUITE], dir.join("log"), step)
}

/// Like [`World::set_up`], for another thread.
pub fn set_up_at(
    site: Site,
    dir: &Path,
    step: &Step,
) -> anyhow::Result<(Option<String>, Vec<PathBuf>)> {
    let archive = open_at(site, dir, step)?;
    let found = archive.find(&WANTED, |_, _| Ok(true), step)?;
    let exact: Vec<String> = WANTED
        .packages
        .iter()
        .map(|package| format!("{package}={}", found.version))
        .collect();
    let files = found.apt.download_many(&exact, step)?;
    for file in &files {
        let built = dir.join("debs").join(file.file_name().unwrap());
        assert_eq!(sha256_of(file).unwrap(), sha256_of(&built).unwrap());
    }
    let notice = is_past(&found).then(|| archive.notice(&WANTED, &found.version));
    Ok((notice, files))
}

fn gpg(home: &Path) -> Command {
    let mut command = Command::new("gpg");
    command
        .arg("--homedir")
        .arg(home)
        .args(["--batch", "--quiet", "--no-tty"]);
    command
}

/// Makes a key pair; gives the keyring with its public half.
fn new_key(dir: &Path, name: &str) -> PathBuf {
    let home = dir.join(name);
    std::fs::create_dir_all(&home).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&home, private).unwrap();
    let made = gpg(&home)
        .args([
            "--passphrase",
            "",
            "--quick-gen-key",
            "rnic test",
            "ed25519",
            "sign",
            "never",
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let public = gpg(&home).arg("--export").output().unwrap();
    let keyring = dir.join(format!("{name}.gpg"));
    std::fs::write(&keyring, public.stdout).unwrap();
    keyring
}

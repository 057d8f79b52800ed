// SPDX-License-Identifier: GPL-2.0

//! The kernel tree's own driver tests and what they need to run: a second archive behind the first one.
//!
//! They are copied from the kernel's source, unmodified; what their makefiles would build is built beside the copies, and
//! Python's library is compiled ahead. Everything is below `target/`, and the source stays as it is. Made once for each
//! kernel and toolchain root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

use super::archive::{read, Tree, EXECUTABLE, REGULAR};
use super::elf;
use crate::hash::Key;
use crate::job;
use crate::lock::{forget_old, write_whole};
use crate::paths::Paths;
use crate::setup::Ground;
use crate::ui::Step;

/// The project's own family, among the kernel's.
const SPEC: &str = "rnic-driver/xdp-meta.yaml";
/// Where the guest finds the tests.
const HOME: &str = "ksft";
/// Folders of the kernel's source that they are made of.
const FOLDERS: &[&str] = &[
    "tools/testing/selftests/drivers/net",
    "tools/testing/selftests/drivers/net/lib/py",
    "tools/testing/selftests/net/lib",
    "tools/testing/selftests/net/lib/py",
    "tools/net/ynl/pyynl",
    "tools/net/ynl/pyynl/lib",
    "Documentation/netlink/specs",
];
/// Endings of what is needed of them.
const KINDS: &[&str] = &[".py", ".yaml", ".c", ".h"];
/// Helpers in C.
const HELPERS: &[&str] = &[
    "tools/testing/selftests/drivers/net/napi_id_helper",
    "tools/testing/selftests/net/lib/xdp_helper",
];
/// BPF objects.
const OBJECTS: &[&str] = &[
    "tools/testing/selftests/net/lib/xdp_dummy.bpf",
    "tools/testing/selftests/net/lib/xdp_native.bpf",
];
/// Programs of the root that they start.
const PROGRAMS: &[&str] = &[
    "usr/bin/python3.13",
    "usr/bin/socat",
    "usr/bin/iperf3",
    "usr/bin/ping",
    "usr/sbin/tc",
    // Loaded when a thread of iperf3 is cancelled, so that no program names it.
    "usr/lib/x86_64-linux-gnu/libgcc_s.so.1",
];
/// Folders of Python's library; the second has YAML.
const LIBRARY: &[&str] = &[
    "usr/lib/python3.13",
    "usr/lib/python3/dist-packages/yaml",
    "usr/lib/python3/dist-packages/_yaml",
];
/// Parts of it that no test needs, by their first folder.
const LEFT_OUT: &[&str] = &[
    "__pycache__",
    "asyncio",
    "curses",
    "dbm",
    "pydoc_data",
    "sqlite3",
    "test",
    "tkinter",
    "unittest",
    "venv",
    "wsgiref",
    "xmlrpc",
    "_pyrepl",
];

/// The archive.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its file.
    pub file: PathBuf,
    /// Changes when its content may.
    pub key: String,
}

/// Finds the archive or makes it.
///
/// # Errors
///
/// When the kernel's source lacks the tests, or something does not compile.
pub fn build(paths: &Paths, ground: &Ground) -> Result<Archive> {
    let root = ground.root.dir();
    // What is in it is decided here.
    let key = Key::default()
        .with(include_str!("selftests.rs"))
        .with(include_str!("../../../rnic-driver/xdp-meta.yaml"))
        .with(&ground.kernel.key)
        .with(root.to_string_lossy().as_bytes())
        .short();
    let dir = paths.project.join("target/selftests");
    let file = dir.join(format!("{key}.cpio"));
    if file.exists() {
        return Ok(Archive { file, key });
    }
    let step = Step::new("selftests", "staging the kernel tree's tests");
    std::fs::create_dir_all(&dir)?;
    forget_old(&dir);
    let stage = dir.join("stage");
    if stage.exists() {
        std::fs::remove_dir_all(&stage)?;
    }
    copy_tests(&ground.kernel.source(), &stage.join(HOME))?;
    let specs = stage.join(HOME).join("Documentation/netlink/specs");
    copy(&paths.project.join(SPEC), &specs.join("xdp-meta.yaml"))?;
    for folder in LIBRARY {
        copy_library(&root.join(folder), &stage.join(folder))?;
    }
    compile(paths, ground, &stage, &step)?;
    let bytes = pack(ground, &stage)?;
    write_whole(&file, bytes)?;
    step.done("the kernel tree's tests, Python");
    Ok(Archive { file, key })
}

fn copy_tests(source: &Path, to: &Path) -> Result<()> {
    for folder in FOLDERS {
        let from = source.join(folder);
        let entries = std::fs::read_dir(&from).with_context(|| {
            format!(
                "the kernel's source has no {}: is it whole?",
                from.display()
            )
        })?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if KINDS.iter().any(|kind| name.ends_with(kind)) && entry.path().is_file() {
                copy(&entry.path(), &to.join(folder).join(&name))?;
            }
        }
    }
    Ok(())
}

fn copy_library(from: &Path, to: &Path) -> Result<()> {
    let entries = std::fs::read_dir(from)
        .with_context(|| format!("the toolchain root has no {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if LEFT_OUT.contains(&&*name) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            copy_library(&path, &to.join(&name))?;
        } else if path.is_file() && (name.ends_with(".py") || name.ends_with(".so")) {
            copy(&path, &to.join(&name))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let dir = to.parent().context("a file without a folder")?;
    std::fs::create_dir_all(dir)?;
    std::fs::write(to, read(from)?).with_context(|| format!("cannot write {}", to.display()))
}

/// Helpers and BPF objects as the tests' makefiles make them; Python's own code, so that no machine has to.
fn compile(paths: &Paths, ground: &Ground, stage: &Path, step: &Step) -> Result<()> {
    let log = paths.runs().join("selftests.log");
    let _ = std::fs::remove_file(&log);
    let run = |command: Command, what: &str| -> Result<()> {
        step.message(what);
        job::run(command, &log, step, |_| {})?.map_err(|failure| failure.into_error(what))
    };
    let home = stage.join(HOME);
    for helper in HELPERS {
        let output = home.join(helper);
        let mut gcc = ground.root.command(&paths.project, "gcc");
        gcc.args(["-O2", "-Wall", "-o"]).arg(&output);
        gcc.arg(output.with_extension("c"));
        run(gcc, helper)?;
    }
    for object in OBJECTS {
        let path = home.join(object);
        let named = |ending: &str| format!("{}.{ending}", path.display());
        let mut clang = ground.root.command(&paths.project, "clang-19");
        clang.args(["-O2", "-g", "--target=bpf"]);
        clang.args(["-idirafter", "/usr/include/x86_64-linux-gnu", "-c"]);
        clang.arg(named("c")).arg("-o").arg(named("o"));
        run(clang, object)?;
    }
    let mut python = ground.root.command(stage, "python3");
    python.args(["-m", "compileall", "-q", "-j", "1"]);
    python.args(["--invalidation-mode", "unchecked-hash"]);
    // What the compiled files say of themselves is where the guest has them.
    python.arg("-s").arg(stage).args(["-p", "/"]);
    python.args(LIBRARY).arg(HOME);
    run(python, "compiling Python's library")
}

fn pack(ground: &Ground, stage: &Path) -> Result<Vec<u8>> {
    let root = ground.root.dir();
    let mut tree = Tree::default();
    let mut modules = Vec::new();
    add(&mut tree, stage, stage, &mut modules)?;
    for program in PROGRAMS {
        tree.put(program, EXECUTABLE, read(&root.join(program))?);
    }
    tree.link("usr/bin/python3", "python3.13");
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    for library in elf::closure(root, &[PROGRAMS, &modules].concat())? {
        tree.put(&library, EXECUTABLE, read(&root.join(&library))?);
    }
    tree.write()
}

/// Adds what is below a folder, but nothing that is only a source; remembers shared objects of Python's.
fn add(tree: &mut Tree, stage: &Path, dir: &Path, modules: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            add(tree, stage, &path, modules)?;
            continue;
        }
        let at = path
            .strip_prefix(stage)?
            .to_str()
            .with_context(|| format!("{} has a name that is no text", path.display()))?
            .to_owned();
        let is_helper = HELPERS.iter().any(|helper| at.ends_with(helper));
        if at.ends_with(".c") || at.ends_with(".h") {
            continue;
        }
        if at.ends_with(".so") {
            modules.push(at.clone());
        }
        let mode = if is_helper { EXECUTABLE } else { REGULAR };
        tree.put(&at, mode, read(&path)?);
    }
    if dir == stage && modules.is_empty() {
        bail!("Python's library has no compiled modules");
    }
    Ok(())
}

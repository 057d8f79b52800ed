// SPDX-License-Identifier: GPL-2.0

//! The host's side of the counting plugin in QEMU (`plugin/count.c`): builds it, tells it whose work to count, reads what it
//! has counted.

use std::path::PathBuf;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use super::footprint;
use super::symbols::Symbols;
use crate::boot::Workshop;
use crate::build::module::{Module, Variant};
use crate::job;
use crate::lock::write_whole;
use crate::ui::Step;

/// The system calls by which the guest begins, ends and samples; nothing else in it uses them.
const MARK: &str = "__x64_sys_setdomainname";
const SAMPLE: &str = "__x64_sys_sethostname";
/// What polls a NAPI.
const POLL: &str = "__napi_poll";
/// The softirq in which packets are freed that an interrupt's handler must not free.
const DEFERRED: &str = "net_tx_action";
/// Reading from a socket ends with giving its buffers back.
const SOCKETS: [&str; 2] = ["udp_recvmsg", "tcp_recvmsg"];
/// The plugin's numbers of parts; their names are in `rows`.
const PART_DEFERRED: u32 = 2;
const PART_SOCKET: u32 = 3;

/// The plugin in one machine.
#[derive(Debug)]
pub struct Watcher<'a> {
    workshop: &'a Workshop,
    folder: PathBuf,
    each: bool,
    /// Our module as it was built for this machine.
    rnic: Option<PathBuf>,
    /// The guest's functions outside of the driver.
    pub symbols: Symbols,
}

impl<'a> Watcher<'a> {
    /// With files in `folder`; `each` counts each instruction for itself and takes no samples.
    ///
    /// # Errors
    ///
    /// When the kernel's symbols cannot be read.
    pub fn new(workshop: &'a Workshop, folder: PathBuf, each: bool) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            workshop,
            folder,
            each,
            rnic: None,
            symbols: Symbols::of_kernel(workshop)?,
        })
    }

    /// Builds the plugin, which takes a second; gives it as QEMU's command line has it.
    ///
    /// # Errors
    ///
    /// When it does not compile, or the kernel lacks one of the functions.
    pub fn plugin(&self) -> Result<String> {
        let step = Step::new("plugin", "building the counting plugin");
        let (file, log) = (self.folder.join("count.so"), self.folder.join("plugin.log"));
        let _ = std::fs::remove_file(&log);
        let project = &self.workshop.paths.project;
        let mut gcc = self.workshop.ground.root.command(project, "gcc");
        gcc.args(["-O2", "-Wall", "-shared", "-fPIC", "-fvisibility=hidden"]);
        gcc.arg("qemu-tests/plugin/count.c").arg("-o").arg(&file);
        job::run(gcc, &log, &step, |_| {})?
            .map_err(|failure| failure.into_error("building the counting plugin"))?;
        step.clear();
        let mut words = vec![file.display().to_string()];
        let functions = [("mark", MARK), ("sample", SAMPLE), ("poll", POLL)];
        let entries = SOCKETS.into_iter().chain([DEFERRED]);
        for (word, name) in functions
            .into_iter()
            .chain(entries.map(|name| ("entry", name)))
        {
            words.push(format!("{word}={:x}", self.address(name)?));
        }
        words.push(format!("regions={}", self.regions().display()));
        words.push(format!("out={}", self.out().display()));
        words.push(format!("each={}", if self.each { "on" } else { "off" }));
        Ok(words.join(","))
    }

    fn address(&self, name: &str) -> Result<u64> {
        let address = self.symbols.address(name);
        address.with_context(|| format!("the kernel has no function {name}"))
    }

    fn regions(&self) -> PathBuf {
        self.folder.join("count.regions")
    }

    fn out(&self) -> PathBuf {
        self.folder.join("count.out")
    }

    /// Takes what the guest says before it begins.
    ///
    /// # Errors
    ///
    /// When the driver is not found in it.
    pub fn watch(&mut self, said: &Value) -> Result<()> {
        let sections = Sections(said);
        let (low, high) = footprint::code(&self.driver(said)?)?
            .iter()
            .filter_map(|(name, size)| Some((sections.place(name)?, size)))
            .fold((u64::MAX, 0), |(low, high), (place, size)| {
                (low.min(place), high.max(place + size))
            });
        ensure!(low < high, "the guest has none of the driver's code");
        let mut text = format!("module {low:x} {high:x}\n");
        let mut add = |name: &str, part: u32| -> Result<()> {
            text.push_str(&format!("entry {:x} {part}\n", self.address(name)?));
            Ok(())
        };
        if said["deferred"] == true {
            add(DEFERRED, PART_DEFERRED)?;
        }
        if said["sockets"] == true {
            SOCKETS.iter().try_for_each(|name| add(name, PART_SOCKET))?;
        }
        for step in said["steps"].as_array().into_iter().flatten() {
            let step = step.as_str().context("a step is an address")?;
            text.push_str(&format!("step {step}\n"));
        }
        write_whole(&self.regions(), text)?;
        let programs = said["programs"].as_array().into_iter().flatten();
        self.symbols.add(programs.filter_map(Value::as_str));
        let _ = std::fs::remove_file(self.out());
        Ok(())
    }

    /// Says that the machine has our module.
    ///
    /// # Errors
    ///
    /// When it cannot be built, or kept.
    pub fn with_rnic(&mut self) -> Result<()> {
        let (paths, ground) = (&self.workshop.paths, &self.workshop.ground);
        let built = Module::build(paths, ground, Variant::Plain)?.file;
        // Somebody may build it anew while the machine runs.
        let kept = self.folder.join("rnic.ko");
        std::fs::copy(built, &kept)?;
        self.rnic = Some(kept);
        Ok(())
    }

    /// The file of the driver that the guest has loaded.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn driver(&self, said: &Value) -> Result<PathBuf> {
        match said["module"].as_str().context("no module")? {
            "rnic" => self.rnic.clone().context("the machine has no rnic.ko"),
            c => footprint::of_kernel(self.workshop, c),
        }
    }

    /// What the plugin wrote.
    ///
    /// # Errors
    ///
    /// When it did not.
    pub fn counted(&self) -> Result<String> {
        std::fs::read_to_string(self.out()).context("the plugin wrote nothing")
    }

    /// The samples: for each a list of `[instructions, calls]` for each part, and `[steps, all instructions of the kernel]`.
    ///
    /// # Errors
    ///
    /// When they are not understood.
    pub fn samples(&self) -> Result<Value> {
        let text = self.counted()?;
        let sample = |line: &str| -> Result<Value> {
            let numbers: Vec<u64> = line
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
                .with_context(|| format!("not a sample: {line}"))?;
            Ok(json!(numbers.chunks(2).collect::<Vec<_>>()))
        };
        text.lines().map(sample).collect()
    }
}

/// Where the guest has the sections of a module.
#[derive(Clone, Copy, Debug)]
pub struct Sections<'a>(pub &'a Value);

impl Sections<'_> {
    /// The address of one of them.
    pub fn place(&self, name: &str) -> Option<u64> {
        let address = self.0["sections"].get(name)?.as_str()?;
        u64::from_str_radix(address.trim_start_matches("0x"), 16).ok()
    }
}

// SPDX-License-Identifier: GPL-2.0

//! The kernel's own search for memory that nothing refers to: what it finds, nobody will ever give back.
//!
//! Only pairs have it switched on (`kmemleak=on`). What is found is not told to the log, so it must be asked for. Some dozens of
//! objects of each size may go unnoticed: the allocator has lists of what it gave away lately. So whatever is suspected of
//! losing memory must be done often.

use std::time::Duration;

use anyhow::Result;

use crate::tools;

const FILE: &str = "/sys/kernel/debug/kmemleak";
/// What is younger is not reported.
const AGE: Duration = Duration::from_millis(5500);

/// Forgets what was found so far, and searches only when it is told to.
///
/// # Errors
///
/// When the kernel does not search.
pub(crate) fn start() -> Result<()> {
    tools::write(FILE, "scan=off")?;
    tools::write(FILE, "clear")
}

/// Objects that nothing refers to, each with its size and who took it.
///
/// # Errors
///
/// When the kernel does not search.
pub(crate) fn unreferenced() -> Result<Vec<String>> {
    std::thread::sleep(AGE);
    // An object is reported when it was the same in two searches.
    for _ in 0..2 {
        tools::write(FILE, "scan")?;
    }
    let found = tools::read(FILE)?;
    let objects = found.split("unreferenced object").skip(1);
    Ok(objects.map(summary).collect())
}

/// `192 bytes: alloc_etherdev_mqs < rnic_alloc < …`
fn summary(object: &str) -> String {
    let size = object
        .split_once("(size ")
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("?", |(size, _)| size);
    let trace = object
        .lines()
        .skip_while(|line| !line.contains("backtrace"))
        .skip(1);
    let callers: Vec<&str> = trace.map(|line| line.trim()).collect();
    format!("{size} bytes: {}", callers.join(" < "))
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn an_object_is_its_size_and_its_callers() {
        let object = " 0xffff888003c0f000 (size 1024):\n  comm \"init\", pid 1, jiffies 4294669\n  hex dump (first 32 bytes):\n    \
                      00 00  ..\n  backtrace (crc 0):\n    __kmalloc_noprof+0x1a/0x30\n    leak_init+0x12/0xff0 [leak]\n";
        assert_eq!(
            summary(object),
            "1024 bytes: __kmalloc_noprof+0x1a/0x30 < leak_init+0x12/0xff0 [leak]"
        );
    }
}

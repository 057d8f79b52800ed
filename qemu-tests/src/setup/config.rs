// SPDX-License-Identifier: GPL-2.0

//! Kernel configuration as text: does a resolved `.config` have what a fragment asks for?
//!
//! Kconfig drops options silently when a dependency is missing; here each one is found and named.

use std::collections::BTreeMap;

/// Options that the module, its BTF and its readers cannot do without, and what each is for.
pub const NEEDED: &[(&str, &str)] = &[
    ("CONFIG_64BIT", "a 64-bit kernel"),
    ("CONFIG_MODULES", "loading the driver"),
    ("CONFIG_RUST", "the driver is written in Rust"),
    ("CONFIG_DEBUG_INFO_BTF", "BTF of the kernel"),
    ("CONFIG_DEBUG_INFO_BTF_MODULES", "BTF of modules"),
    ("CONFIG_BPF_SYSCALL", "loading XDP programs"),
    (
        "CONFIG_BPF_JIT",
        "calling kernel functions from XDP programs",
    ),
    ("CONFIG_XDP_SOCKETS", "AF_XDP"),
    ("CONFIG_PAGE_POOL", "receive buffers"),
    ("CONFIG_PCI_MSI", "interrupts"),
    ("CONFIG_VLAN_8021Q", "VLAN tags"),
    ("CONFIG_NET", "a network"),
    ("CONFIG_INET", "IPv4"),
    ("CONFIG_BLK_DEV_INITRD", "the VM's file system"),
    ("CONFIG_DEVTMPFS", "device nodes"),
    ("CONFIG_SERIAL_8250_CONSOLE", "the kernel log"),
    ("CONFIG_VIRTIO_PCI", "the control port"),
    ("CONFIG_VIRTIO_CONSOLE", "the control port"),
    ("CONFIG_TMPFS", "bpftool and the tests"),
    ("CONFIG_SYSFS", "the published layouts"),
];

/// A configuration: names to values; unset options are absent.
#[derive(Clone, Debug, Default)]
pub struct Config(BTreeMap<String, String>);

impl Config {
    /// Reads `.config` text.
    pub fn parse(text: &str) -> Self {
        let set = text.lines().filter_map(|line| line.trim().split_once('='));
        Self(
            set.filter(|(name, value)| name.starts_with("CONFIG_") && *value != "n")
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All set options, one a line.
    pub fn text(&self) -> String {
        self.0
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect()
    }

    /// What the fragment asks for and this configuration does not have, as `CONFIG_X=y (is not set)`.
    pub fn lacks(&self, fragment: &str) -> Vec<String> {
        let mut missing = Vec::new();
        for line in fragment.lines().map(str::trim) {
            let unset = line
                .strip_prefix("# ")
                .and_then(|rest| rest.strip_suffix(" is not set"));
            if let Some(name) = unset {
                if let Some(value) = self.get(name) {
                    missing.push(format!("{name} unset (is {value})"));
                }
            } else if let Some((name, value)) = line
                .split_once('=')
                .filter(|(name, _)| name.starts_with("CONFIG_"))
            {
                match self.get(name) {
                    Some(have) if have == value => {}
                    Some(have) => missing.push(format!("{line} (is {have})")),
                    None => missing.push(format!("{line} (is not set)")),
                }
            }
        }
        missing
    }

    /// The options of [`NEEDED`] that are neither built in nor modules.
    pub fn lacks_needed(&self) -> Vec<String> {
        NEEDED
            .iter()
            .filter(|(name, _)| !matches!(self.get(name), Some("y" | "m")))
            .map(|(name, why)| format!("{name} ({why})"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    const CONFIG: &str = "#\n# Automatically generated\n#\nCONFIG_RUST=y\nCONFIG_E1000E=m\n# CONFIG_SLUB_TINY is not set\nCONFIG_NR_CPUS=4\n";

    #[test]
    fn a_satisfied_fragment_lacks_nothing() {
        let fragment = "# A comment.\nCONFIG_RUST=y\nCONFIG_E1000E=m\n# CONFIG_SLUB_TINY is not set\nCONFIG_NR_CPUS=4\n";
        assert!(Config::parse(CONFIG).lacks(fragment).is_empty());
    }

    #[test]
    fn each_difference_is_named() {
        let fragment = "CONFIG_IGB=m\nCONFIG_E1000E=y\n# CONFIG_RUST is not set\n";
        assert_eq!(
            Config::parse(CONFIG).lacks(fragment),
            [
                "CONFIG_IGB=m (is not set)",
                "CONFIG_E1000E=y (is m)",
                "CONFIG_RUST unset (is y)"
            ]
        );
    }

    #[test]
    fn an_empty_configuration_lacks_rust_and_btf() {
        let missing = Config::parse("").lacks_needed().join("\n");
        for name in [
            "CONFIG_RUST",
            "CONFIG_DEBUG_INFO_BTF",
            "CONFIG_XDP_SOCKETS",
            "CONFIG_BPF_SYSCALL",
        ] {
            assert!(missing.contains(name), "{name}");
        }
    }
}

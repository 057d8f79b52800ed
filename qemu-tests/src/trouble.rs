// SPDX-License-Identifier: GPL-2.0

//! Kinds of failure, so that a script can tell a bad driver from a bad machine.

use std::fmt;
use std::process::ExitCode;

/// A failure with an exit code of its own. Everything else is a failed set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Tests ran and some failed.
    Failed(String),
    /// The kernel's log has something that should not be there.
    Splat(String),
    /// The machinery failed: QEMU died, the guest did not come up.
    Infrastructure(String),
    /// Whoever watched did not want to wait for the end, so there is no verdict.
    Stopped(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) => write!(f, "{text}"),
            Self::Splat(text) => write!(f, "unexpected in the kernel's log: {text}"),
            Self::Infrastructure(text) | Self::Stopped(text) => write!(f, "{text}"),
        }
    }
}

impl std::error::Error for Trouble {}

/// The exit code of an error: 1 tests failed, 3 kernel log, 4 set-up or machinery (2 is a wrong command line), 130 as after
/// an interrupt.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Trouble>() {
        Some(Trouble::Failed(_)) => ExitCode::from(1),
        Some(Trouble::Splat(_)) => ExitCode::from(3),
        Some(Trouble::Infrastructure(_)) | None => ExitCode::from(4),
        Some(Trouble::Stopped(_)) => ExitCode::from(130),
    }
}

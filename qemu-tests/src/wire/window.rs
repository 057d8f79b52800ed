// SPDX-License-Identifier: GPL-2.0

//! How far the sender may be ahead of the guest: frames of the oracle that come back say how far it has come.
//!
//! The model of the 82576 drops what comes for a full ring while another one has room, so a sender that does not want to lose
//! frames must know. What comes back may be lost, as anything that is sent may; so a sender does not wait for ever.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::oracle::sequence_number;

/// After so long without a sign the guest is taken to have got everything.
const PATIENCE: Duration = Duration::from_millis(200);

/// The number of the latest frame that came back.
#[derive(Clone, Debug, Default)]
pub(super) struct Returned(Arc<AtomicU32>);

impl Returned {
    /// Looks at a frame that the guest has sent.
    pub(super) fn look(&self, frame: &[u8]) {
        if let Some(seq) = sequence_number(frame) {
            self.0.store(seq, Ordering::Relaxed);
        }
    }

    /// Waits until no more than `window` frames before `seq` may be under way.
    pub(super) fn wait(&self, seq: u32, window: u32) {
        let start = Instant::now();
        while seq.wrapping_sub(self.0.load(Ordering::Relaxed)) > window {
            if start.elapsed() > PATIENCE {
                self.0.store(seq, Ordering::Relaxed);
                return;
            }
            std::thread::sleep(Duration::from_micros(50));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Returned;
    use crate::oracle::Traffic;
    use std::time::Instant;

    #[test]
    fn what_came_back_opens_the_window() {
        let returned = Returned::default();
        returned.look(&Traffic::default().frame(40));
        let start = Instant::now();
        returned.wait(60, 32);
        assert!(start.elapsed() < super::PATIENCE);
        returned.wait(80, 32);
        assert!(start.elapsed() >= super::PATIENCE);
        // It is not waited for twice.
        returned.wait(90, 32);
        assert!(start.elapsed() < 2 * super::PATIENCE);
        returned.look(b"something else");
    }
}

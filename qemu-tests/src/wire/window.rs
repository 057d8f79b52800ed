// SPDX-License-Identifier: GPL-2.0

//! How far the sender may be ahead of the guest: some frames of the oracle come back and say how far it has come.
//!
//! The model of the 82576 drops what comes for a full ring while another one has room, so a sender that does not want to lose
//! frames must know. Each ring is emptied at its own time: so it is not enough that a late frame came back, all that should have
//! come before must have. What comes back may be lost, as anything that is sent may; so a sender does not wait for ever.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::oracle::sequence_number;

/// After so long without a sign the guest is taken to have got everything.
const PATIENCE: Duration = Duration::from_millis(200);
/// After so long a frame is taken to be lost that later ones have overtaken.
const OVERTAKEN: Duration = Duration::from_millis(40);

/// How much may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Frames ahead of the first one that has not come back.
    pub(super) frames: u32,
    /// Those come back whose number is a multiple of this.
    pub(super) every: u32,
}

/// The numbers that came back.
#[derive(Clone, Debug, Default)]
pub(super) struct Returned(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// None before this is waited for any more.
    floor: u32,
    /// From there on.
    came: BTreeSet<u32>,
}

impl State {
    /// The first number before `end` that has not come.
    fn missing(&self, every: u32, end: u32) -> Option<u32> {
        let first = self.floor.checked_next_multiple_of(every)?;
        (first..end)
            .step_by(every as usize)
            .find(|seq| !self.came.contains(seq))
    }

    fn forget_before(&mut self, floor: u32) {
        self.floor = floor;
        self.came = self.came.split_off(&floor);
    }
}

impl Returned {
    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers are there or not, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew: nothing before `first` comes back.
    pub(super) fn begin(&self, first: u32) {
        *self.state() = State {
            floor: first,
            came: BTreeSet::new(),
        };
    }

    /// Looks at a frame that the guest has sent.
    pub(super) fn look(&self, frame: &[u8]) {
        if let Some(seq) = sequence_number(frame) {
            self.state().came.insert(seq);
        }
    }

    /// Waits until the window has room for frame `seq`.
    pub(super) fn wait(&self, seq: u32, window: Window) {
        let start = Instant::now();
        loop {
            let mut state = self.state();
            let end = seq.saturating_sub(window.frames).max(state.floor);
            let Some(missing) = state.missing(window.every, end) else {
                state.forget_before(end);
                return;
            };
            let is_overtaken = state.came.range(missing..).next().is_some();
            if start.elapsed() > if is_overtaken { OVERTAKEN } else { PATIENCE } {
                // What was overtaken is lost; otherwise all that is under way.
                let floor = if is_overtaken { missing + 1 } else { seq };
                state.forget_before(floor);
                if !is_overtaken {
                    return;
                }
            }
            drop(state);
            std::thread::sleep(Duration::from_micros(50));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Returned, Window, OVERTAKEN, PATIENCE};
    use crate::oracle::Traffic;
    use std::time::{Duration, Instant};

    const WINDOW: Window = Window {
        frames: 32,
        every: 16,
    };

    fn waited(returned: &Returned, seq: u32) -> Duration {
        let start = Instant::now();
        returned.wait(seq, WINDOW);
        start.elapsed()
    }

    fn come(returned: &Returned, seqs: &[u32]) {
        for seq in seqs {
            returned.look(&Traffic::default().frame(*seq));
        }
    }

    #[test]
    fn what_came_back_opens_the_window() {
        let returned = Returned::default();
        returned.begin(20);
        come(&returned, &[32, 48]);
        assert!(waited(&returned, 96) < OVERTAKEN);
        assert!(waited(&returned, 97) >= PATIENCE);
        // It is not waited for twice.
        assert!(waited(&returned, 128) < OVERTAKEN);
        returned.look(b"something else");
    }

    #[test]
    fn one_that_others_have_overtaken_is_waited_for() {
        let returned = Returned::default();
        returned.begin(0);
        come(&returned, &[0, 32, 48, 64]);
        let time = waited(&returned, 90);
        assert!(time >= OVERTAKEN && time < PATIENCE, "{time:?}");
        assert!(waited(&returned, 90) < OVERTAKEN);
    }
}

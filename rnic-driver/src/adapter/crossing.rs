// SPDX-License-Identifier: GPL-2.0

//! How an open interface gets from one configuration to another: memory first, then the core, then the fence, which nothing
//! can refuse.
//!
//! When memory is short, or the core refuses, nothing has been touched. What takes something away asks nobody.

use super::{change::Scope, config::Config, open::Open, Adapter};
use crate::{
    hal::Nic,
    runtime::fence::{self, Announcements},
    sys::netdev::Port,
};
use kernel::prelude::*;
use meta_core::announce::Reason;

impl<N: Nic> Adapter<'_, N> {
    /// Takes an open interface of `queues` pairs of queues (none, if it is being opened) to `config`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and what the core says of another number of queues; then nothing has changed.
    pub(super) fn cross(
        &self,
        port: &Port<Self>,
        queues: usize,
        config: &Config,
        scope: Scope,
        reason: Reason,
    ) -> Result {
        let exchange_tx = matches!(scope, Scope::Rings);
        let change = self.prepare(port, queues, config, scope)?;
        let rings = change.rings(queues.max(config.queues));
        let announcements = if change.takes_away() {
            Announcements::try_take(rings)
        } else {
            Announcements::take(rings)?
        };
        let dev = port.dev();
        if exchange_tx {
            dev.tx_disable();
            if let Err(e) = self.resize(port, queues, config.queues) {
                if queues > 0 {
                    dev.tx_wake_all();
                }
                return Err(e);
            }
            close_to_xdp(port, queues);
        }
        let mut stopped = port.pollers().stop();
        let mut open = Open {
            port,
            adapter: self,
            stopped: &mut stopped,
            queues,
        };
        fence::cross(&mut open, &self.layouts, dev, change, announcements, reason);
        stopped.set_enabled(config.queues);
        drop(stopped);
        if exchange_tx {
            port.link_napis(config.queues);
            dev.tx_wake_all();
        }
        // What arrived or was sent meanwhile did not interrupt.
        for queue in 0..config.queues {
            if let Some(napi) = port.pollers().get(queue) {
                napi.kick();
            }
        }
        Ok(())
    }

    /// Tells the core of another number of queues, from whose view queues come last and go first.
    fn resize(&self, port: &Port<Self>, from: usize, to: usize) -> Result {
        if from == 0 || from == to {
            return Ok(());
        }
        port.link_napis(from.min(to));
        let resized = port.dev().set_queues(to);
        if resized.is_err() {
            port.link_napis(from);
        }
        resized
    }

    /// Takes an open interface out of use: what was received is handled, then each ring's generation ends.
    pub(super) fn uncross(&self, port: &Port<Self>, queues: usize) {
        let nic = self.nic();
        let dev = port.dev();
        let announcements = Announcements::try_take(0..queues);
        dev.tx_disable();
        close_to_xdp(port, queues);
        nic.mask_all();
        let mut stopped = port.pollers().stop();
        let mut open = Open {
            port,
            adapter: self,
            stopped: &mut stopped,
            queues,
        };
        fence::close(&mut open, &self.layouts, dev, announcements);
        for queue in 0..queues {
            open.finish_tx(queue);
            let pool = open.close(queue);
            self.parked.lock().park(queue, pool);
            dev.tx_queue(queue).reset();
        }
        nic.mac().stop_transmit();
        stopped.set_enabled(0);
        drop(stopped);
        port.link_napis(0);
    }
}

/// Takes transmit rings from XDP, which does not ask whether the stack may send: what comes late is dropped.
fn close_to_xdp<N: Nic>(port: &Port<Adapter<'_, N>>, queues: usize) {
    for queue in 0..queues {
        if let Some(mut guard) = port.lock_tx(queue) {
            *guard = None;
        }
    }
}

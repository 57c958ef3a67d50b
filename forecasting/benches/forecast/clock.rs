//! Time of the processor that this process has used, whatever else the machine does.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time used so far.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// What one run takes.
pub fn once<T>(run: impl FnOnce() -> T) -> Duration {
    let begin = used();
    black_box(run());
    used().saturating_sub(begin)
}

/// The least of some rounds of the same: whatever else the machine does only ever adds to it.
pub fn least<T>(rounds: usize, mut run: impl FnMut() -> T) -> Duration {
    (0..rounds).map(|_| once(&mut run)).min().unwrap_or_default()
}

//! Long calculations, which end when nobody waits for them any more.

use std::{
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::error::{Error, Result};

/// Asks whether an answer is not waited for any more.
pub type GivenUp<'a> = &'a (dyn Fn() -> bool + Sync);

/// Notes that the answer is not waited for once it goes: with the request, when that is given up.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Calculates on a thread of its own. The work is handed a question to ask as it goes on: whether it was given up,
/// which it is as soon as the future is dropped.
///
/// # Errors
/// Those of the work.
pub async fn unless_given_up<T: Send + 'static>(
    work: impl FnOnce(GivenUp<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let waiting = Waiting(Arc::clone(&stop));
    let done = tokio::task::spawn_blocking(move || work(&|| stop.load(Ordering::Relaxed))).await;
    drop(waiting);
    match done.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(answer) => answer,
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(cause)) => Err(Error::internal(cause)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn work_hears_that_its_answer_is_not_waited_for() {
        let (began, beginning) = tokio::sync::oneshot::channel();
        let (ended, end) = mpsc::channel();
        let work = unless_given_up(move |is_given_up| {
            let _ = began.send(());
            while !is_given_up() {
                std::thread::yield_now();
            }
            let _ = ended.send(());
            Ok(())
        });
        tokio::select! {
            _ = work => panic!("it ended before it was given up"),
            begun = beginning => assert_eq!(begun, Ok(())),
        }
        assert_eq!(end.recv_timeout(Duration::from_secs(60)), Ok(()));
    }

    #[tokio::test]
    async fn an_answer_that_is_waited_for_comes() {
        let answer = unless_given_up(|is_given_up| Ok(is_given_up())).await;
        assert!(matches!(answer, Ok(false)));
    }
}

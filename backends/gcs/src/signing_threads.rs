//! Signatures that take a processor a while, made beside the threads that serve requests.

use std::{
    collections::VecDeque,
    fmt,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::{sync::oneshot, task};

/// How many signatures a thread makes at most before it hands them over: waking those who wait, one by one, costs a
/// fiftieth of an RSA signature.
const BATCH: usize = 4;

/// At most as many threads as there are processors, since more would only take turns. They come when there is something
/// to sign, and leave when nothing is waiting.
pub(crate) struct SigningThreads<M, S>(Arc<Shared<M, S>>);

struct Shared<M, S> {
    sign: Box<dyn Fn(M) -> S + Send + Sync>,
    most: usize,
    queue: Mutex<Queue<M, S>>,
}

struct Queue<M, S> {
    waiting: VecDeque<Job<M, S>>,
    threads: usize,
}

struct Job<M, S> {
    message: M,
    answer: oneshot::Sender<S>,
}

impl<M: Send + 'static, S: Send + 'static> SigningThreads<M, S> {
    /// Threads that sign with `sign`.
    pub(crate) fn new(sign: impl Fn(M) -> S + Send + Sync + 'static) -> Self {
        Self::at_most(thread::available_parallelism().map_or(1, NonZero::get), sign)
    }

    fn at_most(most: usize, sign: impl Fn(M) -> S + Send + Sync + 'static) -> Self {
        let queue = Mutex::new(Queue { waiting: VecDeque::new(), threads: 0 });
        Self(Arc::new(Shared { sign: Box::new(sign), most, queue }))
    }

    /// Signs when those before it are signed; not at all when nobody waits for it any more. `None` when it was
    /// interrupted: `sign` panicked, or the runtime ends.
    pub(crate) async fn sign(&self, message: M) -> Option<S> {
        let (answer, signed) = oneshot::channel();
        self.put(Job { message, answer });
        signed.await.ok()
    }

    fn put(&self, job: Job<M, S>) {
        if self.0.put(job) {
            let coming = Coming(Some(Arc::clone(&self.0)));
            task::spawn_blocking(move || coming.work());
        }
    }
}

/// A thread that was asked for.
struct Coming<M, S>(Option<Arc<Shared<M, S>>>);

impl<M, S> Coming<M, S> {
    fn work(mut self) {
        if let Some(shared) = self.0.take() {
            shared.work();
        }
    }
}

impl<M, S> Drop for Coming<M, S> {
    /// It never comes when its runtime ends first: nobody is to wait for it.
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.count_out();
        }
    }
}

impl<M, S> Shared<M, S> {
    /// Whether one more thread should come; it is counted already.
    fn put(&self, job: Job<M, S>) -> bool {
        let mut queue = self.queue();
        queue.waiting.push_back(job);
        let more = queue.threads < self.most;
        queue.threads += usize::from(more);
        more
    }

    fn count_out(&self) {
        let mut queue = self.queue();
        queue.threads -= 1;
        if queue.threads == 0 {
            queue.waiting.clear();
        }
    }

    /// Signs until nothing is waiting.
    fn work(&self) {
        while let Some(batch) = self.next() {
            let signed: Vec<_> = batch.into_iter().filter_map(|job| self.make(job)).collect();
            for (answer, signed) in signed {
                // Whoever asked may have left meanwhile, which is no concern of the others.
                let _left = answer.send(signed);
            }
        }
    }

    /// What this thread signs next. With `None` it is counted out, under the same lock: no job is left behind by a
    /// thread that leaves.
    fn next(&self) -> Option<Vec<Job<M, S>>> {
        let mut queue = self.queue();
        let waiting = queue.waiting.len();
        if waiting == 0 {
            queue.threads -= 1;
            return None;
        }
        Some(queue.waiting.drain(..share(waiting, self.most)).collect())
    }

    /// `None` when nobody waits for it any more, or when `sign` panics; the answer is dropped then.
    fn make(&self, job: Job<M, S>) -> Option<(oneshot::Sender<S>, S)> {
        let Job { message, answer } = job;
        if answer.is_closed() {
            return None;
        }
        let signed = catch_unwind(AssertUnwindSafe(|| (self.sign)(message))).ok()?;
        Some((answer, signed))
    }

    fn queue(&self) -> MutexGuard<'_, Queue<M, S>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of those `waiting` one of the threads takes: no more than leaves some for the others.
fn share(waiting: usize, threads: usize) -> usize {
    (waiting / threads).clamp(1, BATCH)
}

impl<M, S> fmt::Debug for SigningThreads<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningThreads")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        task::Poll,
        time::Duration,
    };

    use futures::{FutureExt, future::join_all, poll};
    use tokio::{runtime::Builder, task::unconstrained, time::timeout};

    use super::*;

    #[tokio::test]
    async fn nothing_is_left_behind_when_it_comes_as_a_thread_leaves() {
        let threads = SigningThreads::at_most(1, |number: u32| number + 1);
        for number in 0..50_000 {
            // Each comes at the moment that the one before is answered, without the time that it takes to be woken: that
            // is when the only thread looks for more.
            let mut signing = Box::pin(unconstrained(threads.sign(number)));
            let at_once = (0..10_000).find_map(|_| signing.as_mut().now_or_never());
            let signed = match at_once {
                Some(signed) => signed,
                None => timeout(Duration::from_mins(1), signing).await.unwrap(),
            };
            assert_eq!(signed, Some(number + 1));
        }
    }

    #[tokio::test]
    async fn no_more_are_signed_at_a_time_than_there_are_threads() {
        let [now, most] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let threads = SigningThreads::at_most(3, {
            let most = Arc::clone(&most);
            move |number: usize| {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::yield_now();
                now.fetch_sub(1, Ordering::SeqCst);
                number
            }
        });
        let signed = join_all((0..1_000).map(|number| threads.sign(number))).await;
        assert!((0..1_000).map(Some).eq(signed));
        assert!(most.load(Ordering::SeqCst) <= 3);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_signed() {
        let ((go, gate), (arrive, arrivals)) = (mpsc::channel::<()>(), mpsc::channel());
        let (gate, made) = (Mutex::new(gate), Arc::new(Mutex::new(Vec::new())));
        let threads = SigningThreads::at_most(2, {
            let made = Arc::clone(&made);
            move |name: &'static str| {
                made.lock().unwrap().push(name);
                arrive.send(()).unwrap();
                // Whoever comes here is busy until the gate opens.
                let _opened = gate.lock().unwrap().recv();
            }
        });
        let mut busy = Box::pin(join_all((0..2).map(|_| threads.sign("busy"))));
        assert!(poll!(&mut busy).is_pending());
        for _ in 0..2 {
            arrivals.recv_timeout(Duration::from_mins(1)).unwrap();
        }
        {
            let mut left = Box::pin(threads.sign("left"));
            assert!(poll!(&mut left).is_pending());
        }
        drop(go);
        assert!(busy.await.iter().all(Option::is_some));
        assert_eq!(threads.sign("kept").await, Some(()));
        assert!(!made.lock().unwrap().contains(&"left"), "{made:?}");
    }

    #[tokio::test]
    async fn a_panic_concerns_only_what_it_happened_to() {
        let even = |number: u32| number.is_multiple_of(2).then_some(number);
        let threads = SigningThreads::new(move |number| even(number).unwrap());
        let signed = join_all((0..100).map(|number| threads.sign(number))).await;
        assert!((0..100).map(even).eq(signed));
        assert_eq!(threads.sign(0).await, Some(0));
    }

    #[test]
    fn when_a_runtime_ends_its_callers_are_told_and_those_of_another_are_served() {
        let runtimes = [(); 2].map(|()| Builder::new_current_thread().enable_time().build().unwrap());
        let [ended, other] = runtimes;
        let threads = SigningThreads::new(|number: u32| number);
        let handle = ended.handle().clone();
        drop(ended);
        let in_time = async |number| timeout(Duration::from_mins(1), threads.sign(number)).await.unwrap();
        for number in 0..10 {
            let signing = async {
                let entered = handle.enter();
                let mut signing = Box::pin(threads.sign(number));
                let first = poll!(&mut signing);
                drop(entered);
                first
            };
            assert_eq!(other.block_on(signing), Poll::Ready(None));
        }
        assert_eq!(other.block_on(in_time(7)), Some(7));
    }

    #[test]
    fn a_thread_takes_no_more_than_leaves_some_for_the_others() {
        assert_eq!([1, 3, 4, 7, 8, 1_000].map(|waiting| share(waiting, 2)), [1, 1, 2, 3, 4, 4]);
        assert_eq!([1, 7, 16].map(|waiting| share(waiting, 8)), [1, 1, 2]);
    }
}

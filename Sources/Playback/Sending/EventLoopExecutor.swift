import NIOCore

/// Runs tasks on an event loop, so that a task that waits for the loop's timers and connections
/// goes on without a change of thread.
///
/// What runs there must not block: the loop's connections wait meanwhile.
final class EventLoopExecutor: TaskExecutor {
    let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

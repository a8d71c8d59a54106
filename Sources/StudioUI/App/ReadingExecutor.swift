import Foundation
import Glibc

/// Runs tasks that read clips, each on a thread of its own that gives way to everything else: decoding a clip takes
/// longer than a key may take to the screen.
final class ReadingExecutor: TaskExecutor {
    static let shared = ReadingExecutor()

    /// Above the engine's own, so that a clip does not wait for a step to end.
    private static let niceness: Int32 = 4

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread {
            // On Linux a thread has a niceness of its own, and hands it on to the decoder's threads.
            _ = nice(Self.niceness)
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}

import Generation
import Synchronization

/// The queue as it is known here, and everybody who wants to hear of its changes.
package final class JobBoard: Sendable {
    private struct State {
        var queue = QueueState()
        /// The running job's newest picture, for those who come later.
        var preview: JobEvent?
        var listeners: [AsyncStream<JobNews>.Continuation] = []

        mutating func publish(_ news: JobNews) {
            queue.apply(news)
            switch news {
            case .job(let event):
                if case .generation(.preview) = event.content { preview = event }
            case .ended(let id, _) where preview?.job == id: preview = nil
            case .queue, .engineEnded: preview = nil
            default: break
            }
            // Whoever has gone is found out here. To be told of it would need this lock while the task that goes is locked,
            // and telling news needs both the other way round.
            listeners.removeAll { listener in
                if case .terminated = listener.yield(news) { true } else { false }
            }
        }
    }

    private let state = Mutex(State())

    package init() {}

    package var queue: QueueState { state.withLock { $0.queue } }

    /// Everything from now on, the whole queue first. Nothing is lost between the two.
    package func news() -> AsyncStream<JobNews> {
        let (stream, continuation) = AsyncStream.makeStream(of: JobNews.self)
        state.withLock { state in
            continuation.yield(.queue(state.queue))
            if let preview = state.preview { continuation.yield(.job(preview)) }
            state.listeners.append(continuation)
        }
        return stream
    }

    package func publish(_ news: JobNews) {
        state.withLock { $0.publish(news) }
    }

    /// Publishes what follows from the queue as it is, with nothing happening in between.
    func publish(_ body: (QueueState) -> [JobNews]) {
        state.withLock { state in
            for one in body(state.queue) { state.publish(one) }
        }
    }
}

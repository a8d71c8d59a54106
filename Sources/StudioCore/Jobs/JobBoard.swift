import Generation
import Synchronization

/// The queue as it is known here, and everybody who wants to hear of its changes.
package final class JobBoard: Sendable {
    private struct State {
        var queue = QueueState()
        /// The running job's newest picture, for those who come later.
        var preview: JobEvent?
        var listeners: [Int: AsyncStream<JobNews>.Continuation] = [:]
        var nextListener = 0

        mutating func publish(_ news: JobNews) {
            queue.apply(news)
            switch news {
            case .job(let event):
                if case .generation(.preview) = event.content { preview = event }
            case .ended(let id, _) where preview?.job == id: preview = nil
            case .queue, .engineEnded: preview = nil
            default: break
            }
            for listener in listeners.values { listener.yield(news) }
        }
    }

    private let state = Mutex(State())

    package init() {}

    package var queue: QueueState { state.withLock { $0.queue } }

    /// Everything from now on, the whole queue first. Nothing is lost between the two.
    package func news() -> AsyncStream<JobNews> {
        let (stream, continuation) = AsyncStream.makeStream(of: JobNews.self)
        let number = state.withLock { state in
            continuation.yield(.queue(state.queue))
            if let preview = state.preview { continuation.yield(.job(preview)) }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    package func publish(_ news: JobNews) {
        state.withLock { $0.publish(news) }
    }

    /// Publishes what follows from the queue as it is, with nothing happening in between.
    func publish<Result>(_ body: (QueueState) -> ([JobNews], Result)) -> Result {
        state.withLock { state in
            let (news, result) = body(state.queue)
            for one in news { state.publish(one) }
            return result
        }
    }
}

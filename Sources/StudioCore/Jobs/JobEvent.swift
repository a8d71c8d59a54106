package import Foundation
package import Generation

/// What a job tells while it waits, runs and ends.
package struct JobEvent: Sendable {
    package enum Content: Sendable {
        /// The last one is final; a failed or stopped job's stream then ends with its error.
        case state(JobState)
        /// The time remaining, whenever it was computed anew; nil: `estimating`.
        case remaining(TimeEstimate?)
        /// What the engine told.
        case generation(GenerationEvent)
    }

    package var job: Int
    package var content: Content
    /// With a stage that starts: what it is expected to take; nil: not known.
    package var guess: TimeEstimate?

    package init(job: Int, content: Content, guess: TimeEstimate? = nil) {
        self.job = job
        self.content = content
        self.guess = guess
    }
}

/// A job that was entered: it waits, runs and ends by itself.
package struct JobHandle: Sendable, Identifiable {
    package let id: Int
    package let kind: GenerationResult.Kind
    package let recipe: Recipe
    package let folder: URL
    /// For one reader. Ends with `CancellationError` after a stop, with the failure otherwise. When the stream ends, the
    /// history has everything. The job goes on whether or not anybody reads.
    package let events: AsyncThrowingStream<JobEvent, any Error>
    private let service: any JobService

    init(_ job: QueuedJob, news: AsyncStream<JobNews>, service: any JobService) {
        id = job.id
        kind = job.kind
        recipe = job.recipe
        folder = job.folder
        events = Self.events(of: job.id, in: news)
        self.service = service
    }

    /// Stops the job within a second; its state on disk stays, so that it can go on later.
    package func stop() {
        let (service, id) = (service, id)
        Task { try? await service.change(.stop(id, .now)) }
    }

    private static func events(
        of id: Int, in news: AsyncStream<JobNews>
    ) -> AsyncThrowingStream<JobEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                for await one in news {
                    switch one {
                    case .job(let event) where event.job == id: continuation.yield(event)
                    case .ended(id, let end): return continuation.finish(throwing: end.error)
                    case .engineEnded(let end): return continuation.finish(throwing: end)
                    default: break
                    }
                }
                continuation.finish(throwing: CancellationError())
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

/// Where a job's clip goes.
package struct JobOutput: Sendable, Hashable {
    package var file: URL
    package var crf: Int?
    /// What the file tells about how it was made; nil: as the settings say.
    package var metadata: Settings.Metadata?

    package init(file: URL, crf: Int? = nil, metadata: Settings.Metadata? = nil) {
        self.file = file
        self.crf = crf
        self.metadata = metadata
    }
}

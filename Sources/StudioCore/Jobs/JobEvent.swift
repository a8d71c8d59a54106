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
}

/// A job that was entered: it waits, runs and ends by itself.
package struct JobHandle: Sendable, Identifiable {
    package let id: Int
    package let kind: GenerationResult.Kind
    package let recipe: Recipe
    package let folder: URL
    /// For one reader. Ends with `CancellationError` after a stop, with the failure otherwise. When the stream ends, the
    /// history has everything. Dropping it stops the job.
    package let events: AsyncThrowingStream<JobEvent, any Error>
    private let task: Task<Void, Never>

    init(
        id: Int, kind: GenerationResult.Kind, recipe: Recipe, folder: URL,
        events: AsyncThrowingStream<JobEvent, any Error>, task: Task<Void, Never>
    ) {
        self.id = id
        self.kind = kind
        self.recipe = recipe
        self.folder = folder
        self.events = events
        self.task = task
    }

    /// Stops the job within a second; its state on disk stays, so that it can go on later.
    package func stop() {
        task.cancel()
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
